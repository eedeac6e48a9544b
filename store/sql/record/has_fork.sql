SELECT EXISTS (SELECT FROM record WHERE gateway = $1 AND epoch = $2 AND seq = $3 AND digest = $4 AND state = 1)
    OR EXISTS (SELECT FROM record_run WHERE gateway = $1 AND epoch = $2 AND seq = $3 AND digest = $4 AND state = 1)
