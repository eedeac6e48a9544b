INSERT INTO reading_mark (gateway, epoch, seq, gateway_channel, descriptor_seq, from_boot, from_us, until_boot, until_us, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING
