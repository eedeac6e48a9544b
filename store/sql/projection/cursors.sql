SELECT partition, position, received FROM projection_cursor WHERE projection = $1 ORDER BY partition
