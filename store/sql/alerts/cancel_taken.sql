-- Somebody has acknowledged: nobody further is told, and nobody again.
UPDATE alert_notification AS notification SET state = 'cancelled'
FROM alert_recipient AS recipient, alert
WHERE notification.state = 'waiting' AND notification.next_at <= clock_timestamp() AND notification.change = 'raised'
  AND recipient.id = notification.recipient AND alert.id = notification.alert
  AND (notification.round > 0 OR recipient.wait_s > 0) AND alert.state NOT LIKE '%unacknowledged'
