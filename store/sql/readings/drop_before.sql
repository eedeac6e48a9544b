SELECT drop_readings_before($1)
