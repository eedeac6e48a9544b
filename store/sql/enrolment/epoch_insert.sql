-- $1 gateway, $2 epoch, $3 algorithm, $4 sealing key, $5 signed record, $6 digest, $7 enrolled at
INSERT INTO gateway_epoch (gateway, epoch, algorithm, sealing_key, record, digest, enrolled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
