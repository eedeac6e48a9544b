WITH disabled AS (
    UPDATE person SET disabled_at = coalesce(disabled_at, now()) WHERE login = $1 RETURNING id
), ended AS (
    DELETE FROM session USING disabled WHERE session.person = disabled.id
)
SELECT id FROM disabled
