-- $1 hash of the secret: the token, locked: of two that come at once one waits and finds it used.
SELECT t.gateway, t.expires_at, t.withdrawn_at, t.used_epoch, e.sealing_key, e.record, e.digest
FROM enrolment_token AS t LEFT JOIN gateway_epoch AS e ON e.gateway = t.gateway AND e.epoch = t.used_epoch
WHERE t.secret_hash = $1 FOR UPDATE OF t
