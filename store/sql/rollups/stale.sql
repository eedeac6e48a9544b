INSERT INTO rollup_stale (channel, bucket) SELECT * FROM unnest($1::integer[], $2::timestamptz[]) ON CONFLICT DO NOTHING
