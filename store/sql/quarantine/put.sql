INSERT INTO quarantine (slot, received, reason, gateway, topic, detail, size, digest, payload)
VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (slot) DO UPDATE SET received = excluded.received, reason = excluded.reason, gateway = excluded.gateway,
    topic = excluded.topic, detail = excluded.detail, size = excluded.size, digest = excluded.digest, payload = excluded.payload
