-- The engine's memory of rules over several kits. $1 keys, $2 states as JSON; other keys are forgotten.
WITH kept AS (
    INSERT INTO alert_engine_joint (join_key, state) SELECT * FROM unnest($1::text[], $2::json[])
    ON CONFLICT (join_key) DO UPDATE SET state = excluded.state, saved = now()
)
DELETE FROM alert_engine_joint WHERE join_key <> ALL($1::text[])
