SELECT hypertable_name AS name, column_name, time_interval FROM timescaledb_information.dimensions
WHERE hypertable_schema = 'public' ORDER BY 1
