-- $1: person; $2: site; $3: how far ahead of now a reading may be dated to be the latest.
-- Where an instrument was exchanged a placement has several channels: the one measured last speaks.
SELECT point.id, point.name, point.quantity, pc.gateway, pc.channel, coalesce(latest.unit, '') AS unit, latest.exponent,
       coalesce(latest.instrument, '[]') AS instrument, latest.interval_us, latest.time, latest.value,
       latest.quality
FROM point_channel AS pc
JOIN point ON point.id = pc.point
LEFT JOIN LATERAL (
    SELECT channel.unit, channel.exponent, channel.instrument, channel.interval_us, last.time, last.value, last.quality
    FROM channel
    LEFT JOIN LATERAL (
        SELECT readings.time, readings.value, readings.quality FROM readings
        WHERE readings.channel = channel.id AND readings.time >= pc.from_at AND readings.time <= now() + $3::interval
        ORDER BY readings.time DESC LIMIT 1
    ) AS last ON true
    WHERE channel.gateway = pc.gateway AND channel.gateway_channel = pc.channel
    ORDER BY last.time DESC NULLS LAST, channel.described_at DESC LIMIT 1
) AS latest ON true
WHERE pc.site = $2 AND pc.deployment IN (SELECT deployments_seen_by($1))
  AND tstzrange(pc.from_at, pc.until_at) @> now()
ORDER BY point.position, point.name, point.id
