-- $1 gateway: its newest epoch.
SELECT max(epoch) FROM gateway_epoch WHERE gateway = $1
