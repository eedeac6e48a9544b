-- The channels that a descriptor entry of a chain describes. $1 gateway, $2 epoch, $3 seq of the descriptor entry.
SELECT d.gateway_channel, c.id AS channel, c.quantity, c.unit, c.exponent,
       d.descriptor #>> '{verification,until}' AS verified_until, d.descriptor #>> '{calibration,until}' AS calibrated_until
FROM channel_described AS d JOIN channel AS c ON c.id = d.channel
WHERE d.gateway = $1 AND d.epoch = $2 AND d.descriptor_seq = $3
