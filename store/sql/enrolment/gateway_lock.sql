-- $1 gateway: its row, locked until the end of the transaction: epochs of one gateway begin one after the other.
SELECT gateway, agency, revoked_at FROM gateway WHERE gateway = $1 FOR NO KEY UPDATE
