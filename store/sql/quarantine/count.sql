INSERT INTO quarantine_count (day, gateway, reason, count)
SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date, gateway, reason, count
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS refused(gateway, reason, count)
ON CONFLICT (day, gateway, reason) DO UPDATE SET count = quarantine_count.count + excluded.count
