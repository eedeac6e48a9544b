-- Linked messages of a gateway that may hold readings of the span of event time $2 to $3 (inclusive).
SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest, sealed, NULL AS receipts
FROM record WHERE gateway = $1 AND state = 0 AND readings > 0 AND (event_to IS NULL OR (event_to >= $2 AND event_from <= $3))
UNION ALL
SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest, sealed, receipts
FROM record_run WHERE gateway = $1 AND state = 0 AND readings > 0 AND (event_to IS NULL OR (event_to >= $2 AND event_from <= $3))
