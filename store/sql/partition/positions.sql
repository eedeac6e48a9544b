SELECT partition, position FROM partition
