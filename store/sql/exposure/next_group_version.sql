-- $1 person, $2 group
SELECT (SELECT coalesce(max(version), 0) + 1 FROM exposure_group_version WHERE exposure_group = g.id)::integer
FROM exposure_group AS g
WHERE g.id = $2 AND g.agency IN (SELECT agencies_seen_by($1))
