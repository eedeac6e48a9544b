-- $1 gateway: its newest epoch, with the last committed head of it (its enrolment record where nothing was committed).
SELECT e.epoch, coalesce(h.seq, -1) AS seq, coalesce(h.digest, e.digest) AS digest
FROM gateway_epoch AS e LEFT JOIN chain_head AS h USING (gateway, epoch)
WHERE e.gateway = $1 ORDER BY e.epoch DESC LIMIT 1
