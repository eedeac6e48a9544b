-- Own the alerts: a lock on this very connection, the one that writes. $1 lock number.
SELECT pg_try_advisory_lock($1)
