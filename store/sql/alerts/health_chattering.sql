-- Alarms that came three times or more within a minute since $2, by event time. $1 person, $3 rows.
SELECT gateway, gateway_channel, rule, count(*) AS alerts, max(id) AS latest
FROM (
    SELECT alert.*, alert.raised_at - lag(alert.raised_at, 2) OVER (
        PARTITION BY alert.gateway, alert.gateway_channel, alert.rule ORDER BY alert.raised_at) AS over_three
    FROM alert
    WHERE alert.recorded_at >= $2 AND alert.raised_at IS NOT NULL AND alert_seen_by($1, alert.deployment, alert.agency)
) AS paced
WHERE over_three <= interval '1 minute'
GROUP BY gateway, gateway_channel, rule
ORDER BY alerts DESC, latest DESC
LIMIT $3
