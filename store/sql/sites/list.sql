-- $1: person; $2: one site only, or null; $3: how far ahead of now a reading may be dated to be the latest
SELECT site.id, site.name, site.address, site.timezone, site.procedure, agency.name AS agency,
       (SELECT count(*) FROM deployment
        WHERE deployment.site = site.id AND deployment.id IN (SELECT deployments_seen_by($1))
          AND tstzrange(deployment.started_at, deployment.ended_at) @> now())::integer AS kits,
       coalesce(active.points, 0)::integer AS points, active.measured_at
FROM site
JOIN agency ON agency.id = site.agency
LEFT JOIN LATERAL (
    SELECT count(DISTINCT pc.point) AS points, max(latest.time) AS measured_at
    FROM point_channel AS pc
    LEFT JOIN channel ON channel.gateway = pc.gateway AND channel.gateway_channel = pc.channel
    LEFT JOIN LATERAL (
        SELECT readings.time FROM readings
        WHERE readings.channel = channel.id AND readings.time >= pc.from_at AND readings.time <= now() + $3::interval
        ORDER BY readings.time DESC LIMIT 1
    ) AS latest ON true
    WHERE pc.site = site.id AND pc.deployment IN (SELECT deployments_seen_by($1))
      AND tstzrange(pc.from_at, pc.until_at) @> now()
) AS active ON true
WHERE site.id IN (SELECT sites_seen_by($1)) AND ($2::integer IS NULL OR site.id = $2)
ORDER BY site.name, site.id
