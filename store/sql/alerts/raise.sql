-- Write an episode, or find that it is known already. Gives id and whether it is new.
-- The place is that of the channel when it was raised; the agency that of the deployment, else the owner of the kit.
WITH place AS (
    SELECT deployment.id AS deployment, deployment.site, deployment.agency
    FROM deployment
    WHERE deployment.gateway = $1::text
      AND deployment.started_at <= coalesce($17::timestamptz, $23::timestamptz) AND coalesce(deployment.ended_at, 'infinity') > coalesce($17::timestamptz, $23::timestamptz)
), spot AS (
    SELECT point FROM point_channel
    WHERE gateway = $1::text AND channel = $2::integer
      AND from_at <= coalesce($17::timestamptz, $23::timestamptz) AND coalesce(until_at, 'infinity') > coalesce($17::timestamptz, $23::timestamptz)
)
INSERT INTO alert (
    gateway, gateway_channel, rule, boot, raised_us, rule_version, kind, cycle, priority, origin, title, channel,
    set_point, unit, exponent, value, raised_at, since_at, peak, at_least, epoch, seq, entry_received, notice_received,
    edge_epoch, edge_episode, late, provisional, detail, limit_at, deployment, site, agency, point)
SELECT $1::text, $2::integer, $3, $4, $5, $6, $7, $8, $9, $10::text, $11, $12, $13, $14, $15, $16, $17::timestamptz, $18, $19, $20, $21, $22,
    CASE WHEN $10::text = 'server' AND NOT $27::boolean THEN $23::timestamptz END, CASE WHEN $10 = 'gateway' THEN $23::timestamptz END,
    $24, $25, $26, $27::boolean, $28, $29,
    (SELECT deployment FROM place), (SELECT site FROM place),
    coalesce((SELECT agency FROM place), (SELECT agency FROM gateway WHERE gateway.gateway = $1::text)),
    (SELECT point FROM spot)
ON CONFLICT (gateway, gateway_channel, rule, boot, raised_us) DO UPDATE SET
    entry_received = coalesce(alert.entry_received, excluded.entry_received),
    notice_received = coalesce(alert.notice_received, excluded.notice_received),
    seq = coalesce(alert.seq, excluded.seq),
    edge_epoch = coalesce(alert.edge_epoch, excluded.edge_epoch),
    edge_episode = coalesce(alert.edge_episode, excluded.edge_episode),
    provisional = alert.provisional AND excluded.provisional
RETURNING id, (xmax = 0) AS new
