-- Where every kit and channel is now: for rules that select by site or point.
SELECT deployment.gateway, deployment.site, placement.channel, placement.point
FROM deployment LEFT JOIN placement ON placement.deployment = deployment.id
    AND placement.from_at <= now() AND coalesce(placement.until_at, 'infinity') > now()
WHERE deployment.started_at <= now() AND coalesce(deployment.ended_at, 'infinity') > now()
