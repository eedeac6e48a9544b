-- $1 serial, $2 gateway, $3 epoch, $4 PEM, $5 SHA-256 of the public key, $6 not before, $7 not after, $8 issued at
INSERT INTO certificate (serial, gateway, epoch, pem, public_key, not_before, not_after, issued_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
