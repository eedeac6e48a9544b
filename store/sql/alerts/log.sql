-- What happened to an alert, in order. $1 alert.
SELECT alert_log.at, alert_log.fact, alert_log.state, alert_log.note, alert_log.person, person.name AS person_name
FROM alert_log LEFT JOIN person ON person.id = alert_log.person
WHERE alert_log.alert = $1
ORDER BY alert_log.id
