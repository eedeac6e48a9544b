-- Set the alarm of an alert aside. $1 alert, $2 shelve or remove, $3 reason, $4 person, $5 until or null. Gives the alarm's open alerts.
WITH alarm AS (
    SELECT gateway, gateway_channel, rule FROM alert WHERE id = $1
), aside AS (
    INSERT INTO alert_aside (gateway, gateway_channel, rule, action, reason, person, until_at)
    SELECT gateway, gateway_channel, rule, $2, $3, $4, $5 FROM alarm
    ON CONFLICT (gateway, gateway_channel, rule) WHERE ended_at IS NULL
    DO UPDATE SET action = excluded.action, reason = excluded.reason, person = excluded.person, until_at = excluded.until_at
)
SELECT alert.id FROM alert JOIN alarm USING (gateway, gateway_channel, rule)
WHERE alert.state NOT IN ('normal', 'shelved', 'suppressed', 'out_of_service')
ORDER BY alert.id
