-- $1 serial, $2 time, $3 reason
UPDATE certificate SET revoked_at = $2, revoked_reason = $3 WHERE serial = $1 AND revoked_at IS NULL RETURNING gateway, epoch
