INSERT INTO channel_described (gateway, epoch, descriptor_seq, gateway_channel, channel, received, descriptor)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb)
