INSERT INTO chain_loss (gateway, epoch, first_seq, last_seq, declared, received)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
