-- Put a change of an alert into the outbox of everyone who is told of it. $1 alert, $2 change. Once per recipient.
INSERT INTO alert_notification (alert, change, recipient)
SELECT alert.id, $2, recipient.id
FROM alert JOIN alert_recipient AS recipient ON recipient.disabled_at IS NULL
WHERE alert.id = $1
  AND ($2 = 'raised' OR recipient.on_return)
  AND (recipient.site IS NULL OR recipient.site = alert.site)
  AND (recipient.agency IS NULL OR alert.agency IN (SELECT agency_subtree(recipient.agency)))
  AND array_position(ARRAY['low', 'medium', 'high', 'urgent'], alert.priority)
      >= array_position(ARRAY['low', 'medium', 'high', 'urgent'], recipient.least)
ON CONFLICT DO NOTHING
