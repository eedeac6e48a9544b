-- One correction of a thing at a time, until the transaction ends. $1 what kind of thing, $2 its number
SELECT pg_advisory_xact_lock($1::integer, $2::integer)
