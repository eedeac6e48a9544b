-- $1: seconds of silence; $2: class of the locks. A worker whose session is gone leaves its row: it goes here too.
WITH stale AS (
    DELETE FROM ingest_worker WHERE seen < clock_timestamp() - make_interval(secs => $1) RETURNING backend, name
)
SELECT stale.name FROM stale
WHERE EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = $2::oid AND pid = stale.backend
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND pg_terminate_backend(stale.backend)
