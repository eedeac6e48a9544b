-- Placements at a site that the person sees, newest first. $1 person, $2 site, $3 one placement only, or null
SELECT placement.id, deployment.agency, deployment.site, deployment.gateway, placement.channel, placement.point,
       point.name AS place, point.quantity, placement.kind, placement.worker,
       greatest(placement.from_at, deployment.started_at) AS from_at,
       least(placement.until_at, deployment.ended_at) AS until_at, site.timezone
FROM placement
JOIN deployment ON deployment.id = placement.deployment
JOIN point ON point.id = placement.point
JOIN site ON site.id = deployment.site
WHERE ($2::integer IS NULL OR deployment.site = $2) AND ($3::integer IS NULL OR placement.id = $3)
  AND deployment.id IN (SELECT deployments_seen_by($1))
  AND deployment.agency IN (SELECT agencies_seen_by($1))
ORDER BY placement.from_at DESC, placement.id DESC
LIMIT 500
