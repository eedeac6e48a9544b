-- Note that the condition of an episode has gone; nothing when that is known already.
UPDATE alert SET returned_boot = $6, returned_us = $7, returned_at = $8, peak = coalesce($9, peak), provisional = false
WHERE gateway = $1 AND gateway_channel = $2 AND rule = $3 AND boot = $4 AND raised_us = $5 AND returned_us IS NULL
RETURNING id, late, state
