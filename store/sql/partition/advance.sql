-- Lock partitions and assign positions and receive times in commit order. $1: partitions; $2: how many positions each
UPDATE partition SET
    position = partition.position + wanted.positions,
    received = greatest(partition.received, clock_timestamp())
FROM unnest($1::smallint[], $2::bigint[]) AS wanted(partition, positions)
WHERE partition.partition = wanted.partition
RETURNING partition.partition, partition.position, partition.received
