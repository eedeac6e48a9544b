TRUNCATE readings, readings_doubtful, readings_late, reading_mark
