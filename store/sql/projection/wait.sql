INSERT INTO projection_waiting (projection, gateway, boot, epoch, seq, received)
SELECT $1, gateway, boot, epoch, seq, received
FROM unnest($2::text[], $3::bytea[], $4::integer[], $5::bigint[], $6::timestamptz[]) AS waiting(gateway, boot, epoch, seq, received)
