-- Messages of all partitions in the order of their receipt whose events touch [$1, $2) (an unknown time always does).
-- After ($3 received, $4 partition, $5 position); at most $6, and $7 bytes (at least one).
SELECT * FROM (
    SELECT *, sum(length(sealed)) OVER (ORDER BY received, partition, position) - length(sealed) AS bytes_before
    FROM (
        (SELECT received, position, first_seq, seq, gateway, epoch, skip, readings, partition, kind, state, digest, sealed,
                receipts
         FROM record_run
         WHERE (received, partition, position) > ($3::timestamptz, $4::smallint, $5::bigint) AND received >= $3
           AND coalesce(event_to, received) >= $1::timestamptz AND coalesce(event_from, '-infinity') < $2::timestamptz
         ORDER BY received, partition, position LIMIT $6)
        UNION ALL
        (SELECT received, position, first_seq, seq, gateway, epoch, skip, readings, partition, kind, state, digest, sealed,
                NULL
         FROM record
         WHERE (received, partition, position) > ($3::timestamptz, $4::smallint, $5::bigint) AND received >= $3
           AND coalesce(event_to, received) >= $1::timestamptz AND coalesce(event_from, '-infinity') < $2::timestamptz
         ORDER BY received, partition, position LIMIT $6)
    ) AS both_forms
    ORDER BY received, partition, position LIMIT $6
) AS next
WHERE bytes_before < $7
ORDER BY received, partition, position
