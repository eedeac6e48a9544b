INSERT INTO deployment (agency, site, gateway, inspector, started_at)
VALUES ($1, $2, $3, $4, coalesce($5, now()))
RETURNING id
