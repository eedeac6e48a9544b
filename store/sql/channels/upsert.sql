INSERT INTO channel (gateway, gateway_channel, quantity, unit, exponent, instrument, interval_us, name, descriptor, described_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10)
ON CONFLICT (gateway, gateway_channel, quantity, unit, exponent, instrument) DO UPDATE SET
    interval_us = excluded.interval_us, name = excluded.name, descriptor = excluded.descriptor,
    described_at = excluded.described_at
RETURNING id
