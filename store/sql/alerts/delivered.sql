-- The other side took it over; told again later where that is wanted, until somebody acknowledges. $1 notification, $2 its answer.
WITH done AS (
    UPDATE alert_notification
    SET state = 'delivered', delivered_at = clock_timestamp(), receipt = $2, error = NULL
    WHERE id = $1
    RETURNING alert, change, recipient, round
)
INSERT INTO alert_notification (alert, change, recipient, round, next_at)
SELECT done.alert, done.change, done.recipient, done.round + 1,
       alert_not_before(done.recipient, alert.priority, clock_timestamp() + recipient.repeat_s * interval '1 second')
FROM done JOIN alert_recipient AS recipient ON recipient.id = done.recipient JOIN alert ON alert.id = done.alert
WHERE done.change = 'raised' AND recipient.repeat_s IS NOT NULL AND done.round < 20 AND alert.state LIKE '%unacknowledged'
ON CONFLICT DO NOTHING
