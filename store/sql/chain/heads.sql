SELECT gateway, epoch, partition, seq, digest, ask
FROM chain_head JOIN unnest($1::text[], $2::integer[]) AS wanted(gateway, epoch) USING (gateway, epoch)
