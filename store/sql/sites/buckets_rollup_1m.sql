-- As buckets_raw, from rollup_1m: minutes whose start lies in the window. Quality is the gravest kind that took time.
SELECT max((extract(epoch FROM r.bucket) * 1000000)::bigint + r.last_us) AS last_us,
       min(r.min) AS low, max(r.max) AS high,
       (sum(r.sum) / nullif(sum(r.count), 0))::double precision AS mean,
       max(coalesce(doubtful.quality, 0)) AS quality
FROM unnest($4::integer[], $5::timestamptz[], $6::timestamptz[]) AS placed(channel, from_at, until_at)
JOIN rollup_1m AS r ON r.channel = placed.channel
    AND r.bucket >= greatest($1::timestamptz, placed.from_at)
    AND r.bucket < least($2::timestamptz, coalesce(placed.until_at, 'infinity'))
LEFT JOIN LATERAL (
    SELECT max(key::smallint) AS quality FROM jsonb_object_keys(r.doubtful_us) AS key
) AS doubtful ON true
GROUP BY time_bucket(make_interval(secs => $3::bigint / 1e6), r.bucket, $1::timestamptz)
ORDER BY 1
