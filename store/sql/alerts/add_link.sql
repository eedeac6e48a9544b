-- A link that acknowledges. $1 hash of its token, $2 alert, $3 person, $4 notification, $5 seconds that it holds. Old ones go.
WITH gone AS (DELETE FROM alert_link WHERE expires_at < clock_timestamp() - interval '30 days')
INSERT INTO alert_link (token_hash, alert, person, notification, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 second')
