-- Results that the person sees, newest first. $1 person, $2 site or null, $3 ids below or null, $4 one only, or null,
-- $5 the latest of each measurement and limit only, $6 rows
SELECT r.*, site.name AS site_name, site.timezone, g.name AS group_name, person.name AS computed_by_name,
       m.shift_from, m.shift_until, m.breaks, m.from_at, m.until_at, m.method, m.organisation, placement.point,
       placement.kind, later.id AS replaced_by
FROM exposure_result AS r
JOIN site ON site.id = r.site
JOIN person ON person.id = r.computed_by
LEFT JOIN exposure_group AS g ON g.id = r.exposure_group
LEFT JOIN measurement AS m ON m.id = r.measurement
LEFT JOIN placement ON placement.id = m.placement
LEFT JOIN LATERAL (
    SELECT max(next.id) AS id FROM exposure_result AS next
    WHERE next.measurement = r.measurement AND next.limit_id = r.limit_id AND next.id > r.id
) AS later ON true
WHERE ($2::integer IS NULL OR r.site = $2) AND ($3::integer IS NULL OR r.id < $3) AND ($4::integer IS NULL OR r.id = $4)
  AND (NOT $5::boolean OR later.id IS NULL)
  AND r.agency IN (SELECT agencies_seen_by($1))
ORDER BY r.id DESC
LIMIT $6
