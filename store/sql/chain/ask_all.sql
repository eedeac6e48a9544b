-- Ask every gateway of the partitions to go back: its newest epoch. $1: partitions
UPDATE chain_head SET ask = greatest(ask + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
WHERE partition = ANY($1::smallint[])
  AND epoch = (SELECT max(newest.epoch) FROM chain_head AS newest WHERE newest.gateway = chain_head.gateway)
RETURNING gateway, epoch, partition, seq, digest, ask, clock_timestamp() AS now
