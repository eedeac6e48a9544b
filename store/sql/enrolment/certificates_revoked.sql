-- Certificates that the revocation list names: revoked themselves or with their epoch or gateway, and not long expired.
SELECT c.serial, least(c.revoked_at, e.revoked_at, g.revoked_at) AS revoked_at
FROM certificate AS c JOIN gateway_epoch AS e USING (gateway, epoch) JOIN gateway AS g USING (gateway)
WHERE least(c.revoked_at, e.revoked_at, g.revoked_at) IS NOT NULL AND c.not_after > now() - interval '1 day'
