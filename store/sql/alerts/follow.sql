-- Messages after each partition's cursor in commit order: at most $4 of a partition, and $5 bytes (at least one).
-- $1 partitions, $2 positions, $3 receive times of those positions (let whole chunks be passed over).
SELECT next.*
FROM unnest($1::smallint[], $2::bigint[], $3::timestamptz[]) AS place(partition, position, received)
CROSS JOIN LATERAL (
    SELECT *, sum(length(sealed)) OVER (ORDER BY position) - length(sealed) AS bytes_before
    FROM (
        (SELECT received, position, first_seq, seq, gateway, epoch, skip, readings, partition, kind, state, digest, sealed,
                receipts
         FROM record_run
         WHERE record_run.partition = place.partition AND record_run.position > place.position
           AND record_run.received >= place.received
         ORDER BY position LIMIT $4)
        UNION ALL
        (SELECT received, position, first_seq, seq, gateway, epoch, skip, readings, partition, kind, state, digest, sealed,
                NULL
         FROM record
         WHERE record.partition = place.partition AND record.position > place.position AND record.received >= place.received
         ORDER BY position LIMIT $4)
    ) AS both_forms
    ORDER BY position LIMIT $4
) AS next
WHERE next.bytes_before < $5
ORDER BY next.partition, next.position
