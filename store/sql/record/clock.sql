INSERT INTO boot_clock (gateway, boot, utc_offset_us, source, received) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
