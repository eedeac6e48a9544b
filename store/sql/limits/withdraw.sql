-- $1 person, $2 confirmation. Only one of the person's own agency or below it.
UPDATE limit_confirmation SET withdrawn_by = $1, withdrawn_at = clock_timestamp()
WHERE id = $2 AND withdrawn_at IS NULL AND agency IN (SELECT agencies_seen_by($1))
