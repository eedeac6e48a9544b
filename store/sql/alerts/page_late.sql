-- The kit's data are live again: what was learnt late and still holds is paged after all. $1 gateway.
UPDATE alert SET late = false WHERE gateway = $1 AND late AND returned_us IS NULL AND state = 'unacknowledged'
RETURNING id
