INSERT INTO ingest_worker (backend, name, seen) VALUES (pg_backend_pid(), $1, clock_timestamp())
ON CONFLICT (backend) DO UPDATE SET name = excluded.name, seen = excluded.seen
