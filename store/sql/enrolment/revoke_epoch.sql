-- $1 gateway, $2 epoch, $3 time, $4 reason
UPDATE gateway_epoch SET revoked_at = $3, revoked_reason = $4
WHERE gateway = $1 AND epoch = $2 AND revoked_at IS NULL RETURNING gateway
