SELECT partition, received, position FROM projection_cursor WHERE projection = 'alerts' ORDER BY partition
