-- Give a dead letter another life. $1 notification.
UPDATE alert_notification SET state = 'waiting', next_at = clock_timestamp() WHERE id = $1 AND state = 'dead'
