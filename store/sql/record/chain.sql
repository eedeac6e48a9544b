-- Messages of chain ($1, $2) after (seq $3, position $5), in order of their last seq, up to $4 of them; forks among them.
SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest, sealed, receipts
FROM (
    (SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest,
            sealed, receipts
     FROM record_run WHERE gateway = $1 AND epoch = $2 AND seq >= $3 AND (seq, position) > ($3, $5)
     ORDER BY seq, position LIMIT $4)
    UNION ALL
    (SELECT received, position, first_seq, seq, gateway, epoch, entries, skip, readings, partition, kind, state, digest,
            sealed, NULL
     FROM record WHERE gateway = $1 AND epoch = $2 AND seq >= $3 AND (seq, position) > ($3, $5)
     ORDER BY seq, position LIMIT $4)
) AS both_forms
ORDER BY seq, position LIMIT $4
