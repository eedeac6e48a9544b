-- Rules over several kits keep a memory of their own; a forecast says when its limit will be reached.

CREATE TABLE alert_engine_joint (
    join_key text PRIMARY KEY CHECK (length(join_key) <= 200),  -- RULE@VERSION/SCOPE
    saved    timestamptz NOT NULL DEFAULT now(),
    state    json NOT NULL
) WITH (fillfactor = 50);

ALTER TABLE alert ADD COLUMN limit_at timestamptz;  -- event time at which the limit is reached if nothing changes

GRANT SELECT ON alert_engine_joint TO antoan_alerts, antoan_api;
GRANT INSERT, UPDATE, DELETE ON alert_engine_joint TO antoan_alerts;
