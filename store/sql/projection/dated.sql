-- Waiting entries whose boot has a mapping by now, oldest first; they leave the list in this transaction.
DELETE FROM projection_waiting AS gone USING (
    SELECT waiting.projection, waiting.gateway, waiting.boot, waiting.epoch, waiting.seq, boot_clock.utc_offset_us
    FROM projection_waiting AS waiting JOIN boot_clock USING (gateway, boot)
    WHERE waiting.projection = $1 ORDER BY waiting.gateway, waiting.epoch, waiting.seq LIMIT $2
) AS dated
WHERE gone.projection = dated.projection AND gone.gateway = dated.gateway AND gone.boot = dated.boot
  AND gone.epoch = dated.epoch AND gone.seq = dated.seq
RETURNING gone.gateway, gone.boot, gone.epoch, gone.seq, dated.utc_offset_us, gone.received
