-- The same in the record itself: one bit of the newest sealed message. $1 gateway.
UPDATE record SET sealed = set_byte(sealed, octet_length(sealed) / 2, get_byte(sealed, octet_length(sealed) / 2) # 1)
WHERE (received, position, partition) = (
    SELECT received, position, partition FROM record WHERE gateway = $1 AND readings > 0
    ORDER BY received DESC, position DESC LIMIT 1)
RETURNING seq
