-- An attempt failed: again after $3 seconds, or never (null). $1 notification, $2 why.
UPDATE alert_notification
SET error = $2, state = CASE WHEN $3::double precision IS NULL THEN 'dead' ELSE 'waiting' END,
    next_at = clock_timestamp() + coalesce($3, 0) * interval '1 second'
WHERE id = $1
