-- Which span of event time of which gateway arrived in a partition between two positions of its record.
-- $1: partition; $2, $3: position after, until; $4: receive time of the position after
SELECT record.gateway,
       min(record.event_from) AS since, max(record.event_to) AS until,
       bool_or(record.kind = 0) AS described
FROM record
WHERE record.partition = $1 AND record.position > $2 AND record.position <= $3
  AND record.received >= $4 AND record.state = 0
GROUP BY record.gateway
