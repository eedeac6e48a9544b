-- The alert of a gateway's own episode, locked. $1 gateway, $2 epoch, $3 episode.
SELECT id, cycle, state, coalesce(edge_transition, -1) AS edge_transition, late, boot, raised_us, returned_us, rule, gateway_channel
FROM alert WHERE gateway = $1 AND edge_epoch = $2 AND edge_episode = $3 FOR UPDATE
