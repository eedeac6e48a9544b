-- $1 sealing key: the epoch that it was enrolled for.
SELECT gateway, epoch FROM gateway_epoch WHERE sealing_key = $1
