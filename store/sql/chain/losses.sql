SELECT gateway, epoch, first_seq, last_seq
FROM chain_loss JOIN unnest($1::text[], $2::integer[]) AS wanted(gateway, epoch) USING (gateway, epoch)
ORDER BY first_seq
