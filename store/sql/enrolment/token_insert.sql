-- $1 hash of the secret, $2 gateway, $3 person, $4 issued at, $5 expires at
INSERT INTO enrolment_token (secret_hash, gateway, issued_by, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)
