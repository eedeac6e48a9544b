-- Who was told of an alert, and how it went. $1 alert.
SELECT notification.id, notification.change, recipient.name AS recipient, recipient.medium, notification.state,
       notification.attempts, notification.created_at, notification.sent_at, notification.delivered_at,
       notification.receipt, notification.error
FROM alert_notification AS notification
JOIN alert_recipient AS recipient ON recipient.id = notification.recipient
WHERE notification.alert = $1
ORDER BY notification.id
