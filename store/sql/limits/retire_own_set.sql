-- $1 person, $2 set. Only one of the person's own agency or below it.
UPDATE limit_own_set SET retired_by = $1, retired_at = clock_timestamp()
WHERE id = $2 AND retired_at IS NULL AND agency IN (SELECT agencies_seen_by($1))
