-- $1, $2: window; $3: bucket, microseconds; $4: qualities without a value; $5, $6, $7: channels with their periods (from,
-- until; null: open). Times are microseconds since 1970, values scaled integers.
SELECT (extract(epoch FROM max(readings.time)) * 1000000)::bigint AS last_us,
       min(readings.value) FILTER (WHERE NOT readings.quality = ANY ($4::smallint[])) AS low,
       max(readings.value) FILTER (WHERE NOT readings.quality = ANY ($4::smallint[])) AS high,
       (avg(readings.value) FILTER (WHERE NOT readings.quality = ANY ($4::smallint[])))::double precision AS mean,
       max(readings.quality) AS quality
FROM unnest($5::integer[], $6::timestamptz[], $7::timestamptz[]) AS placed(channel, from_at, until_at)
JOIN readings ON readings.channel = placed.channel
    AND readings.time >= greatest($1::timestamptz, placed.from_at)
    AND readings.time < least($2::timestamptz, coalesce(placed.until_at, 'infinity'))
GROUP BY time_bucket(make_interval(secs => $3::bigint / 1e6), readings.time, $1::timestamptz)
ORDER BY 1
