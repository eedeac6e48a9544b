-- Messages of one partition after a position, in commit order, up to $5 bytes (at least one) and $4 messages.
-- $1: partition; $2: position; $3: receive time of that position (lets whole chunks be passed over)
SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest, sealed, receipts
FROM (
    SELECT *, sum(length(sealed)) OVER (ORDER BY position) - length(sealed) AS bytes_before
    FROM (
        (SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest,
                sealed, receipts
         FROM record_run WHERE partition = $1 AND position > $2 AND received >= $3 ORDER BY position LIMIT $4)
        UNION ALL
        (SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest,
                sealed, NULL
         FROM record WHERE partition = $1 AND position > $2 AND received >= $3 ORDER BY position LIMIT $4)
    ) AS both_forms
    ORDER BY position LIMIT $4
) AS next
WHERE bytes_before < $5
ORDER BY position
