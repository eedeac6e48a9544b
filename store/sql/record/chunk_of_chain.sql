-- Messages of chain ($1, $2) received from $3 until before $4, after (seq $5, position $6), at most $7.
SELECT received, position, first_seq, seq, event_from, event_to, gateway, epoch, entries, skip, readings, partition, kind, state,
       digest, sealed, NULL::bytea AS receipts
FROM record
WHERE gateway = $1 AND epoch = $2 AND received >= $3 AND received < $4 AND (seq, position) > ($5, $6)
ORDER BY seq, position LIMIT $7
