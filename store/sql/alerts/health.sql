-- The health figures of ISA-18.2 (clause 16) of what a person sees, since $2. $1 person.
WITH seen AS (
    SELECT alert.* FROM alert WHERE alert.recorded_at >= $2 AND alert_seen_by($1, alert.deployment, alert.agency)
), told AS (
    SELECT notification.recipient, count(*) AS messages
    FROM alert_notification AS notification JOIN seen ON seen.id = notification.alert
    WHERE notification.change = 'raised' AND notification.created_at >= $2
    GROUP BY notification.recipient, floor(extract(epoch FROM notification.created_at) / 600)
), taken AS (
    SELECT seen.id, extract(epoch FROM min(alert_log.at) - seen.recorded_at) AS s
    FROM seen JOIN alert_log ON alert_log.alert = seen.id AND alert_log.fact = 'acknowledge'
    GROUP BY seen.id, seen.recorded_at
)
SELECT (SELECT count(*) FROM seen) AS alerts,
       (SELECT count(*) FROM seen WHERE priority = 'urgent') AS urgent,
       (SELECT count(*) FROM seen WHERE priority = 'high') AS high,
       (SELECT count(*) FROM seen WHERE priority = 'medium') AS medium,
       (SELECT count(*) FROM seen WHERE priority = 'low') AS low,
       (SELECT count(DISTINCT recipient) FROM told) AS people,
       (SELECT coalesce(sum(messages), 0) FROM told)::bigint AS messages,
       (SELECT coalesce(max(messages), 0) FROM told)::bigint AS worst_10_min,
       (SELECT count(*) FROM told WHERE messages > 10)::bigint AS floods,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s) FROM taken)::double precision AS acknowledged_median_s,
       (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY s) FROM taken)::double precision AS acknowledged_p95_s,
       (SELECT count(*) FROM seen WHERE state LIKE '%unacknowledged') AS unacknowledged,
       (SELECT count(*) FROM seen WHERE state IN ('shelved', 'suppressed', 'out_of_service')) AS set_aside,
       (SELECT count(*) FROM alert_notification AS n JOIN seen ON seen.id = n.alert WHERE n.state = 'dead') AS dead_letters
