-- $1 gateway, $2 epoch: what verifying that chain needs.
SELECT e.gateway, e.epoch, e.algorithm, e.sealing_key, e.digest, e.enrolled_at, g.agency, e.valid_until,
       least(e.revoked_at, g.revoked_at) AS revoked_at
FROM gateway_epoch AS e JOIN gateway AS g USING (gateway)
WHERE e.gateway = $1 AND e.epoch = $2
