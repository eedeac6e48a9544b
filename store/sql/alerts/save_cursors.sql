-- Move the cursors forward. $1 partitions, $2 received, $3 positions.
UPDATE projection_cursor AS c SET received = moved.received, position = moved.position
FROM unnest($1::smallint[], $2::timestamptz[], $3::bigint[]) AS moved(partition, received, position)
WHERE c.projection = 'alerts' AND c.partition = moved.partition AND c.position <= moved.position
