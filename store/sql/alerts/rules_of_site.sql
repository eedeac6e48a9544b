-- The set-points in force that can concern a site: for limit lines. $1 site.
-- Selection by gateway, channel, point and quantity is the caller's: it stands in body.
SELECT rule, version, kind, body, set_point, unit
FROM alert_rule
WHERE retired_at IS NULL AND set_point IS NOT NULL
  AND (body #>> '{select,site}' IS NULL OR (body #>> '{select,site}')::integer = $1)
ORDER BY rule
