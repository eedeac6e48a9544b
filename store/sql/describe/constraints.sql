SELECT conname AS name, pg_get_constraintdef(oid, true) AS definition
FROM pg_constraint WHERE conrelid = $1 AND contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY contype = 'f', conname
