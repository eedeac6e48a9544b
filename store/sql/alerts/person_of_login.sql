SELECT id FROM person WHERE login = $1 AND disabled_at IS NULL
