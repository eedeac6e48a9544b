INSERT INTO chain_head (gateway, epoch, partition, seq, digest, received)
SELECT gateway, epoch, partition, -1, digest, clock_timestamp()
FROM unnest($1::text[], $2::integer[], $3::smallint[], $4::bytea[]) AS enrolled(gateway, epoch, partition, digest)
ON CONFLICT DO NOTHING
