-- Take due notifications for $2 seconds; a sender that dies leaves them to the next. $1 messages, each with what goes with it:
-- what a kit says to the same recipient, or what waits for the same digest. A danger, and whatever a program is told, goes alone.
WITH lead AS (
    SELECT n.id, n.recipient, n.change, alert.gateway, recipient.medium = 'webhook' OR alert.priority = 'urgent' AS alone,
           recipient.digest_at IS NOT NULL AND alert.priority = 'low' AS digest
    FROM alert_notification AS n JOIN alert ON alert.id = n.alert JOIN alert_recipient AS recipient ON recipient.id = n.recipient
    WHERE n.state = 'waiting' AND n.next_at <= clock_timestamp()
    ORDER BY n.next_at LIMIT $1
    FOR UPDATE OF n SKIP LOCKED
), beside AS (
    SELECT n.id
    FROM alert_notification AS n JOIN alert ON alert.id = n.alert JOIN alert_recipient AS recipient ON recipient.id = n.recipient
    WHERE n.state = 'waiting' AND n.next_at <= clock_timestamp() AND alert.priority <> 'urgent'
      AND n.id NOT IN (SELECT id FROM lead)
      AND EXISTS (
          SELECT FROM lead WHERE NOT lead.alone AND lead.recipient = n.recipient AND lead.change = n.change
            AND lead.digest = (recipient.digest_at IS NOT NULL AND alert.priority = 'low')
            AND (lead.digest OR lead.gateway = alert.gateway))
    ORDER BY n.next_at LIMIT 200
    FOR UPDATE OF n SKIP LOCKED
), due AS (
    SELECT id FROM lead UNION ALL SELECT id FROM beside
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
