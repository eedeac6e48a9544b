SELECT id, site FROM deployment WHERE gateway = $1 AND tstzrange(started_at, ended_at) @> now()
