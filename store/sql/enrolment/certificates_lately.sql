-- $1 gateway, $2 since: how many certificates it was issued.
SELECT count(*) FROM certificate WHERE gateway = $1 AND issued_at > $2
