SELECT latest.* FROM unnest($1::integer[]) AS wanted(channel) CROSS JOIN LATERAL (
    SELECT bucket, sum, min, max, energy, last_us, ok_us, channel, count, doubtful_us
    FROM rollup_1m WHERE rollup_1m.channel = wanted.channel ORDER BY bucket DESC LIMIT 1
) AS latest
