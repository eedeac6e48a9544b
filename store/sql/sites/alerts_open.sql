-- Alerts that are open, counted by site and point. $1: person
SELECT alert.site, alert.point, alert.priority, count(*)::integer AS alerts
FROM alert
WHERE alert.state NOT IN ('normal', 'shelved', 'suppressed', 'out_of_service')
  AND alert.site IS NOT NULL
  AND alert_seen_by($1, alert.deployment, alert.agency)
GROUP BY alert.site, alert.point, alert.priority
