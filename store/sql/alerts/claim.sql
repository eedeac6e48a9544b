-- Take due notifications for $2 seconds; a sender that dies leaves them to the next. $1 rows.
WITH due AS (
    SELECT id FROM alert_notification
    WHERE state = 'waiting' AND next_at <= clock_timestamp()
    ORDER BY next_at LIMIT $1
    FOR UPDATE SKIP LOCKED
)
UPDATE alert_notification AS notification
SET next_at = clock_timestamp() + $2 * interval '1 second', attempts = attempts + 1, sent_at = clock_timestamp()
FROM due, alert_recipient AS recipient, alert
LEFT JOIN site ON site.id = alert.site
LEFT JOIN point ON point.id = alert.point
LEFT JOIN channel ON channel.id = alert.channel
LEFT JOIN alert_rule AS rule ON rule.rule = alert.rule AND rule.version = alert.rule_version
WHERE notification.id = due.id AND recipient.id = notification.recipient AND alert.id = notification.alert
RETURNING notification.id, notification.alert, notification.change, notification.attempts, notification.created_at,
    recipient.id AS recipient, recipient.person, recipient.digest_at IS NOT NULL AS digests, notification.round,
    recipient.medium, recipient.address, recipient.language,
    alert.gateway, alert.gateway_channel, alert.rule, alert.kind, alert.priority, alert.cycle, alert.title, alert.set_point, alert.unit,
    alert.exponent, alert.value, alert.peak, alert.at_least, alert.since_at, alert.raised_at, alert.returned_at,
    alert.entry_received, alert.notice_received, alert.provisional, alert.withdrawn, alert.detail, alert.limit_at,
    site.name AS site_name, site.timezone, point.name AS point_name, channel.name AS channel_name, rule.body AS rule_body
