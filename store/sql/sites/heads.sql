-- How far `readings` has followed the record.
SELECT partition, position, received FROM projection_cursor WHERE projection = 'readings' ORDER BY partition
