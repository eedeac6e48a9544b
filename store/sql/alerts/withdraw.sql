-- Late data showed that there was no silence: the provisional episode is over and was none.
UPDATE alert SET withdrawn = true, provisional = false, returned_boot = boot, returned_us = raised_us, returned_at = $6
WHERE gateway = $1 AND gateway_channel = $2 AND rule = $3 AND boot = $4 AND raised_us = $5 AND provisional
RETURNING id, late, state
