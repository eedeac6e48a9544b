-- Notifications that were given up. $1 rows.
SELECT notification.id, notification.alert, notification.change, recipient.name AS recipient, recipient.medium,
       notification.attempts, notification.created_at, notification.sent_at, notification.error
FROM alert_notification AS notification
JOIN alert_recipient AS recipient ON recipient.id = notification.recipient
WHERE notification.state = 'dead'
ORDER BY notification.id DESC
LIMIT $1
