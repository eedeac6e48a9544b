-- Alarms that have held for more than a day. $1 person, $2 held since before, $3 rows.
SELECT alert.gateway, alert.gateway_channel, alert.rule, count(*) AS alerts, max(alert.id) AS latest
FROM alert
WHERE alert.state <> 'normal' AND alert.returned_us IS NULL AND coalesce(alert.raised_at, alert.recorded_at) < $2
  AND alert_seen_by($1, alert.deployment, alert.agency)
GROUP BY alert.gateway, alert.gateway_channel, alert.rule
ORDER BY latest
LIMIT $3
