-- $1 gateway, $2 time, $3 reason
UPDATE gateway SET revoked_at = $2, revoked_reason = $3 WHERE gateway = $1 AND revoked_at IS NULL RETURNING gateway
