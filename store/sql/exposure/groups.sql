-- Groups of a site that the person sees, each in its latest version. $1 person, $2 site, $3 one group only, or null
SELECT g.id, g.site, g.agency, g.name, v.version, v.head_count, v.shifts, v.tasks, v.workers, v.reason, v.written_at,
       person.name AS written_by
FROM exposure_group AS g
JOIN LATERAL (
    SELECT * FROM exposure_group_version WHERE exposure_group = g.id ORDER BY version DESC LIMIT 1
) AS v ON true
JOIN person ON person.id = v.written_by
WHERE ($2::integer IS NULL OR g.site = $2) AND ($3::integer IS NULL OR g.id = $3)
  AND g.agency IN (SELECT agencies_seen_by($1))
ORDER BY g.name, g.id
