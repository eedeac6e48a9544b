SELECT projection, sum(partition.position - projection_cursor.position)::bigint AS entries
FROM projection_cursor JOIN partition USING (partition) GROUP BY projection
