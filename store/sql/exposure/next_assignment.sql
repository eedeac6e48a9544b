-- $1 person, $2 measurement
SELECT (SELECT coalesce(max(version), 0) + 1 FROM measurement_assignment WHERE measurement = m.id)::integer
FROM measurement AS m
WHERE m.id = $2 AND m.agency IN (SELECT agencies_seen_by($1))
