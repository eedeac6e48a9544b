SELECT compression_enabled FROM timescaledb_information.hypertables WHERE hypertable_name = 'readings'
