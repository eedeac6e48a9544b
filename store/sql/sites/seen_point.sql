-- Channels that measure or measured the point, within what the person sees. $1: person; $2: point
SELECT channel.id AS channel, channel.unit, channel.exponent, channel.interval_us, pc.from_at, pc.until_at
FROM point_channel AS pc
LEFT JOIN channel ON channel.gateway = pc.gateway AND channel.gateway_channel = pc.channel
WHERE pc.point = $2 AND pc.deployment IN (SELECT deployments_seen_by($1))
ORDER BY pc.from_at, channel.id
