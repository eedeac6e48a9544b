-- Gateways and points that a person sees at a site now. $1: person; $2: site
SELECT pc.gateway, pc.point
FROM point_channel AS pc
WHERE pc.site = $2 AND pc.deployment IN (SELECT deployments_seen_by($1))
  AND tstzrange(pc.from_at, pc.until_at) @> now()
