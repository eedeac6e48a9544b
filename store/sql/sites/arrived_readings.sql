-- $1, $2, $3: gateways with spans of event time, until inclusive; $4: at most so many rows
SELECT pc.point, (extract(epoch FROM readings.time) * 1000000)::bigint AS time_us, readings.value, channel.exponent,
       readings.quality
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS span(gateway, since, until)
JOIN channel ON channel.gateway = span.gateway
JOIN point_channel AS pc ON pc.gateway = channel.gateway AND pc.channel = channel.gateway_channel
JOIN readings ON readings.channel = channel.id
    AND readings.time BETWEEN greatest(span.since, pc.from_at) AND least(span.until, coalesce(pc.until_at, 'infinity'))
ORDER BY readings.time, pc.point
LIMIT $4
