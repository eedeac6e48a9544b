-- What sets the alarms of some alerts aside now. $1 alerts.
SELECT alert.id, aside.action, aside.reason, aside.until_at, person.name AS person
FROM alert
JOIN alert_aside AS aside ON aside.gateway = alert.gateway AND aside.gateway_channel = alert.gateway_channel
    AND aside.rule = alert.rule AND aside.ended_at IS NULL AND coalesce(aside.until_at, 'infinity') > clock_timestamp()
JOIN person ON person.id = aside.person
WHERE alert.id = ANY($1::bigint[])
