-- Note, once per person, that somebody opened the alert. $1 alert, $2 person.
INSERT INTO alert_log (alert, fact, person, state)
SELECT alert.id, 'seen', $2, alert.state FROM alert
WHERE alert.id = $1
  AND NOT EXISTS (SELECT FROM alert_log WHERE alert_log.alert = $1 AND alert_log.fact = 'seen' AND alert_log.person = $2)
