-- Rows of channels in a span of event time, both ends included, as columns of numbers.
SELECT channel, (extract(epoch FROM time) * 1000000)::bigint AS time_us, value, quality
FROM readings WHERE channel = ANY($1::integer[]) AND time >= $2 AND time <= $3
ORDER BY channel, time, value, quality
