SELECT count(*) FILTER (WHERE pg_try_advisory_lock($1, wanted)) FROM unnest($2::integer[]) AS wanted
