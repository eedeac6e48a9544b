SELECT range_start, range_end FROM timescaledb_information.chunks
WHERE hypertable_name = 'record' AND range_end <= $1 ORDER BY range_start
