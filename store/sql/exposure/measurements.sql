-- Measurements that the person sees, newest first. $1 person, $2 site or null, $3 one only, or null, $4 rows
SELECT m.id, m.agency, m.placement, deployment.site, site.timezone, deployment.gateway, placement.channel, placement.kind,
       placement.point, point.name AS place, point.quantity, m.shift_from, m.shift_until, m.breaks, m.from_at, m.until_at,
       m.method, m.organisation, m.verification, m.verified_until, m.gaps, m.gaps_reason, m.expanded_uncertainty,
       m.uncertainty_basis, m.situations, person.name AS created_by, m.created_at
FROM measurement AS m
JOIN placement ON placement.id = m.placement
JOIN deployment ON deployment.id = placement.deployment
JOIN point ON point.id = placement.point
JOIN site ON site.id = deployment.site
JOIN person ON person.id = m.created_by
WHERE ($2::integer IS NULL OR deployment.site = $2) AND ($3::integer IS NULL OR m.id = $3)
  AND m.agency IN (SELECT agencies_seen_by($1))
ORDER BY m.id DESC
LIMIT $4
