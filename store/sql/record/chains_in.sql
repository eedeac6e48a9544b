SELECT DISTINCT gateway, epoch FROM record WHERE received >= $1 AND received < $2 ORDER BY gateway, epoch
