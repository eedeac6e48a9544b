-- End the shelves whose time is over. Then: alerts that are set aside for no reason any more, with the action that brings them back.
WITH ended AS (
    UPDATE alert_aside SET ended_at = until_at WHERE ended_at IS NULL AND until_at <= clock_timestamp()
)
SELECT id, CASE state WHEN 'shelved' THEN 'unshelve' WHEN 'suppressed' THEN 'unsuppress' ELSE 'restore' END AS action,
       returned_us IS NULL AS holds
FROM alert
WHERE state IN ('shelved', 'suppressed', 'out_of_service') AND alert_set_aside(id) IS NULL
ORDER BY id
