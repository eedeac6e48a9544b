"""The spool: sealed entries on disk until the server has them, and everything that must agree with them after a power cut."""
