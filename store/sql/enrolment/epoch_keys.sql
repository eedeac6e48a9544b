-- The keys of every epoch of every gateway.
SELECT e.gateway, e.epoch, e.algorithm, e.sealing_key, e.digest, e.enrolled_at, g.agency, e.valid_until,
       least(e.revoked_at, g.revoked_at) AS revoked_at
FROM gateway_epoch AS e JOIN gateway AS g USING (gateway)
ORDER BY e.gateway, e.epoch
