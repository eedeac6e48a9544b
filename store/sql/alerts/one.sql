-- One alert that the person may see, with the words a page needs. $1 person, $2 alert.
SELECT alert.*, site.name AS site_name, site.timezone, site.procedure, point.name AS point_name,
       channel.name AS channel_name, channel.quantity
FROM alert
LEFT JOIN site ON site.id = alert.site
LEFT JOIN point ON point.id = alert.point
LEFT JOIN channel ON channel.id = alert.channel
WHERE alert.id = $2 AND alert_seen_by($1, alert.deployment, alert.agency)
