-- What every kit measures and where, now.
SELECT DISTINCT ON (channel.gateway, channel.gateway_channel) channel.gateway, channel.gateway_channel, channel.unit,
       channel.exponent, channel.name, point.name AS point, site.name AS site, site.timezone
FROM channel
LEFT JOIN point_channel AS spot ON spot.gateway = channel.gateway AND spot.channel = channel.gateway_channel
    AND spot.from_at <= now() AND coalesce(spot.until_at, 'infinity') > now()
LEFT JOIN point ON point.id = spot.point
LEFT JOIN site ON site.id = spot.site
ORDER BY channel.gateway, channel.gateway_channel, channel.described_at DESC
