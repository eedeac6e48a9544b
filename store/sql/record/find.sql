-- The message that holds entry $3 of chain ($1, $2) as linked, in either form of the record.
(SELECT first_seq, seq, digest, sealed FROM record
 WHERE gateway = $1 AND epoch = $2 AND seq >= $3 AND first_seq + skip <= $3 AND state <> 1 ORDER BY seq LIMIT 1)
UNION ALL
(SELECT first_seq, seq, digest, sealed FROM record_run
 WHERE gateway = $1 AND epoch = $2 AND seq >= $3 AND first_seq + skip <= $3 AND state <> 1 ORDER BY seq LIMIT 1)
LIMIT 1
