-- The channel that a gateway last described under its own number. $1 gateway, $2 number.
SELECT gateway_channel, id AS channel, quantity, unit, exponent FROM channel
WHERE gateway = $1 AND gateway_channel = $2 ORDER BY described_at DESC LIMIT 1
