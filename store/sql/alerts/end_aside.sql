-- A person ends what sets the alarm of an alert aside. $1 alert, $2 person.
UPDATE alert_aside SET ended_at = clock_timestamp(), ended_by = $2
FROM alert
WHERE alert.id = $1 AND alert_aside.gateway = alert.gateway AND alert_aside.gateway_channel = alert.gateway_channel
  AND alert_aside.rule = alert.rule AND alert_aside.ended_at IS NULL
