-- What the channels of a descriptor entry were said to be at that time.
SELECT d.gateway_channel, d.channel, channel.exponent, channel.unit, (d.descriptor ->> 'period_us')::bigint AS interval_us
FROM channel_described AS d JOIN channel ON channel.id = d.channel
WHERE d.gateway = $1 AND d.epoch = $2 AND d.descriptor_seq = $3
