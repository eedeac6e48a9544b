-- $1 serial: a certificate with what decides whether it still authorises.
SELECT c.gateway, c.epoch, c.not_after, least(c.revoked_at, e.revoked_at, g.revoked_at) AS revoked_at,
       (SELECT max(n.epoch) FROM gateway_epoch AS n WHERE n.gateway = c.gateway) AS newest_epoch
FROM certificate AS c JOIN gateway_epoch AS e USING (gateway, epoch) JOIN gateway AS g USING (gateway)
WHERE c.serial = $1
