UPDATE projection_cursor SET position = 0, received = '2000-01-01 00:00:00Z' WHERE projection = $1
