"""What each word of the `antoan` command does: arguments in, a call into the room that does the work."""
