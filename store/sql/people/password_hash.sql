SELECT id, password_hash
FROM person
WHERE login = lower($1) AND disabled_at IS NULL AND (valid_until IS NULL OR valid_until > now())
