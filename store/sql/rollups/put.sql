INSERT INTO rollup_1m (bucket, sum, min, max, energy, last_us, ok_us, channel, count, doubtful_us)
SELECT * FROM unnest($1::timestamptz[], $2::bigint[], $3::bigint[], $4::bigint[], $5::double precision[], $6::bigint[], $7::bigint[],
                     $8::integer[], $9::integer[], $10::jsonb[])
ON CONFLICT (channel, bucket) DO UPDATE SET sum = excluded.sum, min = excluded.min, max = excluded.max,
    energy = excluded.energy, last_us = excluded.last_us, ok_us = excluded.ok_us, count = excluded.count,
    doubtful_us = excluded.doubtful_us
