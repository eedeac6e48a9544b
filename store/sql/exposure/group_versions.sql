-- $1 person, $2 group: every version, newest first
SELECT g.id, g.site, g.agency, g.name, v.version, v.head_count, v.shifts, v.tasks, v.workers, v.reason, v.written_at,
       person.name AS written_by
FROM exposure_group AS g
JOIN exposure_group_version AS v ON v.exposure_group = g.id
JOIN person ON person.id = v.written_by
WHERE g.id = $2 AND g.agency IN (SELECT agencies_seen_by($1))
ORDER BY v.version DESC
