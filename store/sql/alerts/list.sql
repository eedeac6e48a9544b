-- Alerts that a person may see, newest first, paged by id. $1 person, $2 open ones only, $3 site or null, $4 ids below or null, $5 rows.
SELECT alert.*, site.name AS site_name, site.timezone, site.procedure, point.name AS point_name,
       channel.name AS channel_name, channel.quantity
FROM alert
LEFT JOIN site ON site.id = alert.site
LEFT JOIN point ON point.id = alert.point
LEFT JOIN channel ON channel.id = alert.channel
WHERE (NOT $2::boolean OR alert.state <> 'normal')
  AND ($3::integer IS NULL OR alert.site = $3)
  AND ($4::bigint IS NULL OR alert.id < $4)
  AND alert_seen_by($1, alert.deployment, alert.agency)
ORDER BY alert.id DESC
LIMIT $5
