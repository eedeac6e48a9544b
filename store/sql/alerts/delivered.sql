-- The other side took it over. $1 notification, $2 its answer.
UPDATE alert_notification SET state = 'delivered', delivered_at = clock_timestamp(), receipt = $2, error = NULL WHERE id = $1
