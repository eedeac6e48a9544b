-- Compare and set. A new ask is unlike any before, also where an older database was restored: it holds the time.
UPDATE chain_head SET
    seq = moved.seq,
    digest = moved.digest,
    received = CASE WHEN moved.seq > moved.old_seq THEN $7 ELSE chain_head.received END,
    ask = CASE WHEN moved.asks THEN greatest(ask + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) ELSE ask END,
    forked_at = CASE WHEN moved.forked THEN coalesce(forked_at, $7) ELSE forked_at END
FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bytea[], $8::boolean[], $9::boolean[])
    AS moved(gateway, epoch, old_seq, old_digest, seq, digest, asks, forked)
WHERE chain_head.gateway = moved.gateway AND chain_head.epoch = moved.epoch
  AND chain_head.seq = moved.old_seq AND chain_head.digest = moved.old_digest
RETURNING chain_head.gateway, chain_head.epoch, chain_head.ask
