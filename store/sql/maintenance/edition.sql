SELECT current_setting('server_version') AS postgresql, current_setting('timescaledb.license') AS license,
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescaledb
