-- Put a change of an alert into the outbox of everyone who is told of it. $1 alert, $2 change. Once per recipient.
-- On duty when it is their turn; if that leaves nobody, everyone. What a kit says within three minutes waits for one message.
WITH meant AS (
    SELECT recipient.id, recipient.wait_s, alert.priority, alert.gateway,
           clock_timestamp() + CASE WHEN $2 = 'raised' THEN recipient.wait_s ELSE 0 END * interval '1 second' AS turn
    FROM alert JOIN alert_recipient AS recipient ON recipient.disabled_at IS NULL
    WHERE alert.id = $1
      AND ($2 = 'raised' OR recipient.on_return)
      AND (recipient.site IS NULL OR recipient.site = alert.site)
      AND (recipient.agency IS NULL OR alert.agency IN (SELECT agency_subtree(recipient.agency)))
      AND array_position(ARRAY['low', 'medium', 'high', 'urgent'], alert.priority)
          >= array_position(ARRAY['low', 'medium', 'high', 'urgent'], recipient.least)
), on_duty AS (
    SELECT *, alert_on_duty(id, turn) AS there FROM meant
)
INSERT INTO alert_notification (alert, change, recipient, next_at)
SELECT $1, $2, m.id, alert_not_before(m.id, m.priority, CASE WHEN m.priority = 'urgent' THEN m.turn ELSE greatest(m.turn, (
    SELECT max(earlier.sent_at) + interval '180 seconds'
    FROM alert_notification AS earlier JOIN alert ON alert.id = earlier.alert JOIN alert_recipient AS r ON r.id = earlier.recipient
    WHERE earlier.recipient = m.id AND alert.gateway = m.gateway AND r.medium <> 'webhook'
      AND earlier.sent_at > clock_timestamp() - interval '180 seconds')) END)
FROM on_duty AS m
WHERE m.there OR NOT EXISTS (SELECT FROM on_duty WHERE there)
ON CONFLICT DO NOTHING
