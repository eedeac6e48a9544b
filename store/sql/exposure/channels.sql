-- The server's channels of a gateway's channel, those described last first. $1 gateway, $2 its channel
SELECT id, quantity, unit, exponent, interval_us, name, instrument, descriptor
FROM channel WHERE gateway = $1 AND gateway_channel = $2
ORDER BY described_at DESC, id DESC
