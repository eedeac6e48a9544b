-- Whom and what a link is for. $1 hash of its token. A person who may no longer log in acknowledges nothing.
SELECT alert_link.alert, alert_link.person, person.name, alert_link.expires_at <= clock_timestamp() AS expired
FROM alert_link JOIN person ON person.id = alert_link.person
WHERE alert_link.token_hash = $1 AND person.disabled_at IS NULL AND coalesce(person.valid_until, 'infinity') > clock_timestamp()
