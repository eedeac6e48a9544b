INSERT INTO session (token_hash, person, expires_at)
VALUES ($1, $2, now() + make_interval(secs => $3))
