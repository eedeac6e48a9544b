-- Who acknowledged, and when, last of all. $1: alerts
SELECT DISTINCT ON (alert_log.alert) alert_log.alert, alert_log.at, coalesce(person.name, '') AS name
FROM alert_log LEFT JOIN person ON person.id = alert_log.person
WHERE alert_log.alert = ANY ($1::bigint[]) AND alert_log.fact = 'acknowledge'
ORDER BY alert_log.alert, alert_log.id DESC
