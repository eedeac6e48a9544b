SELECT
    (SELECT coalesce(sum(entries - skip), 0) FROM record) + (SELECT coalesce(sum(entries - skip), 0) FROM record_run)
        AS entries,
    (SELECT coalesce(sum(readings), 0) FROM record WHERE state = 0)
        + (SELECT coalesce(sum(readings), 0) FROM record_run WHERE state = 0) AS readings,
    (SELECT count(*) FROM readings) + (SELECT count(*) FROM readings_doubtful)
        + (SELECT coalesce(sum(count), 0) FROM readings_late) AS rows,
    (SELECT coalesce(sum(octet_length(sealed)), 0) FROM record)
        + (SELECT coalesce(sum(octet_length(sealed)), 0) FROM record_run) AS sealed_bytes,
    (SELECT hypertable_size('record') + hypertable_size('record_run')) AS stored_bytes,
    (SELECT count(*) FROM alert) AS alerts,
    (SELECT count(*) FROM alert_notification WHERE state = 'delivered') AS delivered,
    (SELECT count(*) FROM alert_notification) AS notifications
