TRUNCATE readings, readings_doubtful, readings_late
