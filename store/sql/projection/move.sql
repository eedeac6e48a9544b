-- Compare and set. $1: projection; $2: partitions; $3: positions before; $4: positions after; $5: receive times after
UPDATE projection_cursor SET position = moved.new_position, received = moved.received
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::timestamptz[]) AS moved(partition, old_position, new_position, received)
WHERE projection_cursor.projection = $1 AND projection_cursor.partition = moved.partition
  AND projection_cursor.position = moved.old_position
