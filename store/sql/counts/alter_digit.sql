-- What an intruder with the owner's password could do: lower one reading by a tenth of its value. $1 gateway, $2 quantity.
WITH chosen AS (
    SELECT readings.channel, readings.time FROM readings JOIN channel ON channel.id = readings.channel
    WHERE channel.gateway = $1 AND channel.quantity = $2 ORDER BY readings.value DESC, readings.time DESC LIMIT 1
)
UPDATE readings SET value = readings.value - greatest(1, readings.value / 10)
FROM chosen WHERE readings.channel = chosen.channel AND readings.time = chosen.time
RETURNING readings.time, readings.value
