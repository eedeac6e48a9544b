SELECT $2::integer IN (SELECT sites_seen_by($1))
