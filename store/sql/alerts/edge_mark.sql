-- Note how far the gateway's transitions were applied. $1 alert, $2 transition, $3 seq and $4 receipt of the entry or null.
UPDATE alert SET edge_transition = greatest(coalesce(edge_transition, -1), $2), seq = coalesce(seq, $3),
    entry_received = coalesce(entry_received, $4)
WHERE id = $1
