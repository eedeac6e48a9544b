DELETE FROM projection_waiting WHERE projection = $1
