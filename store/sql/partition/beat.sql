UPDATE ingest_worker SET seen = clock_timestamp() WHERE backend = pg_backend_pid()
