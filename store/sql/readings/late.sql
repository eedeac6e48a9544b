INSERT INTO readings_late (channel, day, count)
SELECT channel, (received AT TIME ZONE 'UTC')::date, sum(count)
FROM unnest($1::integer[], $2::timestamptz[], $3::bigint[]) AS late(channel, received, count)
GROUP BY 1, 2
ON CONFLICT (channel, day) DO UPDATE SET count = readings_late.count + excluded.count
