-- Channels by number: what the engine's memory speaks of. $1 channels.
SELECT gateway_channel, id AS channel, quantity, unit, exponent FROM channel WHERE id = ANY($1::integer[])
