WITH the_deployment AS (
    SELECT id, site, started_at FROM deployment WHERE id = $1
), the_point AS (
    INSERT INTO point (site, name, quantity, position)
    SELECT site, $2, $3, $4 FROM the_deployment
    ON CONFLICT (site, name, quantity) DO UPDATE SET position = excluded.position
    RETURNING id
)
INSERT INTO placement (deployment, point, channel, kind, worker, height_m, from_at)
SELECT the_deployment.id, the_point.id, $5, $6, $7, $8, coalesce($9, the_deployment.started_at)
FROM the_deployment CROSS JOIN the_point
RETURNING point
