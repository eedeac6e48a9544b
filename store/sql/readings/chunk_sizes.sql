SELECT range_start, range_end, sum(total_bytes)::bigint AS bytes
FROM timescaledb_information.chunks JOIN chunks_detailed_size('readings') USING (chunk_schema, chunk_name)
WHERE hypertable_name = 'readings' GROUP BY range_start, range_end ORDER BY range_start
