-- Compute stale hours anew from their minutes, in time order. $1: at most so many. They leave the list in this transaction.
WITH due AS (
    DELETE FROM rollup_stale WHERE (channel, bucket) IN (
        SELECT channel, bucket FROM rollup_stale ORDER BY bucket, channel LIMIT $1
    ) RETURNING channel, bucket
)
INSERT INTO rollup_1h (bucket, sum, min, max, energy, last_us, ok_us, channel, count, doubtful_us)
SELECT due.bucket, wrapped_bigint(sum(minute.sum)), min(minute.min), max(minute.max),
       sum(minute.energy ORDER BY minute.bucket),
       max((extract(epoch FROM minute.bucket - due.bucket) * 1000000)::bigint + minute.last_us),
       sum(minute.ok_us)::bigint, due.channel, sum(minute.count)::integer,
       (SELECT jsonb_object_agg(code, us) FROM (
            SELECT code, sum(us::bigint) AS us
            FROM rollup_1m AS doubted, jsonb_each_text(doubted.doubtful_us) AS each(code, us)
            WHERE doubted.channel = due.channel AND doubted.bucket >= due.bucket
              AND doubted.bucket < due.bucket + interval '1 hour' AND doubted.doubtful_us IS NOT NULL
            GROUP BY code) AS by_code)
FROM due JOIN rollup_1m AS minute ON minute.channel = due.channel
    AND minute.bucket >= due.bucket AND minute.bucket < due.bucket + interval '1 hour'
GROUP BY due.channel, due.bucket
ON CONFLICT (channel, bucket) DO UPDATE SET sum = excluded.sum, min = excluded.min, max = excluded.max,
    energy = excluded.energy, last_us = excluded.last_us, ok_us = excluded.ok_us, count = excluded.count,
    doubtful_us = excluded.doubtful_us
