SELECT format('PostgreSQL %s, TimescaleDB %s (%s)', current_setting('server_version'),
              (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
              current_setting('timescaledb.license', true)) AS database,
       coalesce((
           SELECT max(extract(epoch FROM now() - coming.received))
           FROM projection_cursor AS cursor
           JOIN partition USING (partition)
           CROSS JOIN LATERAL (
               SELECT record.received FROM record
               WHERE record.partition = cursor.partition AND record.position > cursor.position
                 AND record.received >= cursor.received
               ORDER BY record.position LIMIT 1
           ) AS coming
           WHERE cursor.projection = 'readings' AND partition.position > cursor.position
       ), 0)::double precision AS lag_s
