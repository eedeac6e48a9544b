-- These recipients were told while the database was down. $1 alert, $2 names, $3 when.
UPDATE alert_notification AS notification
SET state = 'delivered', sent_at = $3, delivered_at = $3, attempts = 1, receipt = 'told while the database was down'
FROM alert_recipient AS recipient
WHERE notification.alert = $1 AND notification.change = 'raised' AND notification.round = 0 AND notification.state = 'waiting'
  AND recipient.id = notification.recipient AND recipient.name = ANY($2::text[])
