-- Setting an alarm aside (shelved, out of service), closing a danger with cause and action.

ALTER TABLE alert ADD COLUMN close_cause text CHECK (length(close_cause) <= 40),   -- words of alerts.engine.states
                  ADD COLUMN close_action text CHECK (length(close_action) <= 40);

-- An alarm (a rule on a channel of a kit) set aside by a person: its episodes are followed, not announced.
CREATE TABLE alert_aside (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway         text NOT NULL,
    gateway_channel integer NOT NULL,
    rule            text NOT NULL,
    action          text NOT NULL CHECK (action IN ('shelve', 'remove')),
    reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    person          integer NOT NULL REFERENCES person,
    from_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    until_at        timestamptz CHECK (until_at > from_at),   -- a shelf always ends; out of service ends by a person
    ended_at        timestamptz,
    ended_by        integer REFERENCES person,                -- null: its time was over
    CONSTRAINT a_shelf_ends CHECK (action <> 'shelve' OR until_at IS NOT NULL)
);
CREATE UNIQUE INDEX alert_aside_once ON alert_aside (gateway, gateway_channel, rule) WHERE ended_at IS NULL;

-- What keeps an alert from being announced now: 'shelve', 'remove', 'suppress', or null. A danger is always announced.
CREATE FUNCTION alert_set_aside(which bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN alert.cycle = 'danger' THEN NULL
        WHEN aside.action IS NOT NULL THEN aside.action
        WHEN EXISTS (
            SELECT FROM alert AS other
            WHERE other.gateway = alert.gateway AND other.id <> alert.id AND other.returned_us IS NULL
              AND other.state <> 'normal' AND rule.body -> 'suppressed_by' ? other.rule) THEN 'suppress'
    END
    FROM alert
    LEFT JOIN alert_aside AS aside ON aside.gateway = alert.gateway AND aside.gateway_channel = alert.gateway_channel
        AND aside.rule = alert.rule AND aside.ended_at IS NULL AND coalesce(aside.until_at, 'infinity') > clock_timestamp()
    LEFT JOIN alert_rule AS rule ON rule.rule = alert.rule AND rule.version = alert.rule_version
    WHERE alert.id = which
$$;

-- As before; and a person closes a danger with cause and action only.
CREATE OR REPLACE FUNCTION alert_advance(which bigint, what text, who integer, said text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    subject alert%ROWTYPE;
    following text;
BEGIN
    SELECT * INTO subject FROM alert WHERE id = which FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no alert %', which USING ERRCODE = 'no_data_found';
    END IF;
    SELECT next INTO following FROM alert_cycle
        WHERE cycle = subject.cycle AND alert_cycle.state = subject.state AND action = what;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not possible for an alarm that is %', what, subject.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'illegal_alert_transition', DETAIL = subject.state;
    END IF;
    IF what = 'reset' AND who IS NOT NULL AND subject.cycle = 'danger'
       AND (subject.close_cause IS NULL OR subject.close_action IS NULL) THEN
        RAISE EXCEPTION 'a danger is closed with its cause and what was done'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'danger_needs_cause', DETAIL = subject.state;
    END IF;
    UPDATE alert SET state = following WHERE id = which AND alert.state <> following;
    INSERT INTO alert_log (alert, fact, person, note, state) VALUES (which, what, who, said, following);
    PERFORM pg_notify('antoan_alert', which::text);
    RETURN following;
END
$$;

CREATE INDEX alert_by_alarm ON alert (gateway, gateway_channel, rule, id);
CREATE INDEX alert_recorded ON alert (recorded_at);
GRANT SELECT ON alert_aside TO antoan_alerts, antoan_api;
GRANT INSERT, UPDATE ON alert_aside TO antoan_api;
GRANT UPDATE (ended_at) ON alert_aside TO antoan_alerts;
GRANT UPDATE (close_cause, close_action) ON alert TO antoan_api;
