-- The alarms that were raised most often since $2. $1 person, $3 rows.
SELECT alert.gateway, alert.gateway_channel, alert.rule, count(*) AS alerts, max(alert.id) AS latest
FROM alert
WHERE alert.recorded_at >= $2 AND alert_seen_by($1, alert.deployment, alert.agency)
GROUP BY alert.gateway, alert.gateway_channel, alert.rule
ORDER BY alerts DESC, latest DESC
LIMIT $3
