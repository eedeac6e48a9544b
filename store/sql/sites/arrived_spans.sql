-- Which span of event time of which gateway arrived in a partition between two positions of its record.
-- `unplaced`: more has changed than the span says (a new descriptor, or a boot's clock became known and its waiting
-- entries found their time). $1: partition; $2, $3: position after, until; $4: receive time of the position after
SELECT record.gateway, min(record.event_from) AS since, max(record.event_to) AS until,
       bool_or(record.kind = 0)
           OR EXISTS (SELECT FROM boot_clock WHERE boot_clock.gateway = record.gateway AND boot_clock.received > $4)
           AS unplaced
FROM record
WHERE record.partition = $1 AND record.position > $2 AND record.position <= $3
  AND record.received >= $4 AND record.state IN (0, 2)
GROUP BY record.gateway
