-- Rules, the memory of the alert engine, alerts with their life cycle and log, notifications with their trace.

-- Every version of every rule that was ever in force. `body` is the rule as alerts.engine.rules reads it.
CREATE TABLE alert_rule (
    rule       text NOT NULL CHECK (rule ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    version    integer NOT NULL CHECK (version >= 1),
    kind       text NOT NULL,
    body       jsonb NOT NULL CHECK (pg_column_size(body) <= 16384),
    set_point  numeric,                                   -- with unit: so that a page can draw the limit line
    unit       text,
    loaded_at  timestamptz NOT NULL DEFAULT now(),
    loaded_by  integer,                                   -- person; null: by a command on the server
    retired_at timestamptz,
    PRIMARY KEY (rule, version)
);
CREATE UNIQUE INDEX alert_rule_in_force ON alert_rule (rule) WHERE retired_at IS NULL;

-- What the engine remembers of each gateway: saved with the cursor and the episodes, in one transaction.
CREATE TABLE alert_engine (
    gateway text PRIMARY KEY CHECK (gateway ~ '^[a-z0-9]{8,32}$'),
    saved   timestamptz NOT NULL DEFAULT now(),
    state   json NOT NULL
) WITH (fillfactor = 50);

INSERT INTO projection_cursor (projection, partition) SELECT 'alerts', partition FROM partition;

-- The life cycle of ANSI/ISA-18.2 as alerts.engine.states has it (a test compares). What is not here is illegal.
CREATE TABLE alert_cycle (
    cycle  text NOT NULL,
    state  text NOT NULL,
    action text NOT NULL,
    next   text NOT NULL,
    PRIMARY KEY (cycle, state, action)
);
INSERT INTO alert_cycle (cycle, state, action, next)
SELECT cycle, state, action, next
FROM (VALUES
    ('normal', 'raise', 'unacknowledged'),
    ('unacknowledged', 'acknowledge', 'acknowledged')
) AS raised(state, action, next) CROSS JOIN (VALUES ('ordinary'), ('latching'), ('danger')) AS c(cycle)
UNION ALL
SELECT 'ordinary', state, action, next
FROM (VALUES
    ('unacknowledged', 'return', 'returned_unacknowledged'),
    ('returned_unacknowledged', 'raise', 'unacknowledged'),
    ('returned_unacknowledged', 'acknowledge', 'normal'),
    ('acknowledged', 'return', 'normal')
) AS closing(state, action, next)
UNION ALL
SELECT cycle, state, action, next
FROM (VALUES
    ('unacknowledged', 'return', 'latched_unacknowledged'),
    ('acknowledged', 'return', 'latched_acknowledged'),
    ('latched_unacknowledged', 'raise', 'unacknowledged'),
    ('latched_unacknowledged', 'acknowledge', 'latched_acknowledged'),
    ('latched_acknowledged', 'raise', 'unacknowledged'),
    ('latched_acknowledged', 'reset', 'normal')
) AS latching(state, action, next) CROSS JOIN (VALUES ('latching'), ('danger')) AS c(cycle)
UNION ALL
SELECT cycle, state, action, next
FROM (VALUES ('normal'), ('unacknowledged'), ('acknowledged'), ('returned_unacknowledged'), ('latched_unacknowledged'),
             ('latched_acknowledged')) AS audible(state)
CROSS JOIN (VALUES ('shelve', 'shelved'), ('suppress', 'suppressed'), ('remove', 'out_of_service')) AS aside(action, next)
CROSS JOIN (VALUES ('ordinary'), ('latching')) AS c(cycle)
UNION ALL
SELECT cycle, state, action, next
FROM (VALUES
    ('shelved', 'unshelve', 'normal'), ('shelved', 'raise', 'shelved'), ('shelved', 'return', 'shelved'),
    ('suppressed', 'unsuppress', 'normal'), ('suppressed', 'raise', 'suppressed'), ('suppressed', 'return', 'suppressed'),
    ('out_of_service', 'restore', 'normal'), ('out_of_service', 'raise', 'out_of_service'),
    ('out_of_service', 'return', 'out_of_service')
) AS aside(state, action, next) CROSS JOIN (VALUES ('ordinary'), ('latching')) AS c(cycle);

-- One row per episode. An episode is named by where and when it was raised, identically on gateway and server, so that
-- neither a second evaluation, a restart, a take-over nor a notice ahead of its entry can double it.
CREATE TABLE alert (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway         text NOT NULL CHECK (gateway ~ '^[a-z0-9]{8,32}$'),
    gateway_channel integer NOT NULL DEFAULT -1,          -- the gateway's own number; -1: the chain itself
    rule            text NOT NULL,
    boot            bytea NOT NULL,                       -- '' : raised_us is µs since 1970 UTC
    raised_us       bigint NOT NULL,                      -- µs since boot
    rule_version    integer,                              -- null: a rule only the gateway knows
    kind            text NOT NULL,
    cycle           text NOT NULL CHECK (cycle IN ('ordinary', 'latching', 'danger')),
    priority        text NOT NULL CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
    state           text NOT NULL DEFAULT 'normal',
    origin          text NOT NULL CHECK (origin IN ('server', 'gateway')),
    title           jsonb NOT NULL,                       -- {"vi": …, "en": …}
    channel         integer REFERENCES channel,
    point           integer REFERENCES point,
    site            integer REFERENCES site,
    deployment      integer REFERENCES deployment,
    agency          integer REFERENCES agency,            -- of the deployment, else the owner of the kit
    set_point       numeric,
    unit            text,
    exponent        smallint,                             -- value and peak are scaled integers
    value           bigint,                               -- that proved it
    peak            bigint,                               -- worst of the episode
    at_least        boolean NOT NULL DEFAULT false,       -- the value is a lower bound (saturated)
    since_at        timestamptz,                          -- event times; null while the gateway has no UTC
    raised_at       timestamptz,
    returned_us     bigint,
    returned_boot   bytea,
    returned_at     timestamptz,
    epoch           integer,
    seq             bigint,                               -- of the entry that proved it
    entry_received  timestamptz,                          -- null while only a notice has come
    notice_received timestamptz,
    edge_epoch      integer,                              -- the gateway's own name of the episode
    edge_episode    text CHECK (length(edge_episode) <= 128),
    edge_transition integer,                              -- the last of its transitions that was applied here
    late            boolean NOT NULL DEFAULT false,       -- learnt too late to page anybody
    provisional     boolean NOT NULL DEFAULT false,       -- silence not yet proven by a later reading
    withdrawn       boolean NOT NULL DEFAULT false,       -- was provisional; late data showed that there was none
    detail          text NOT NULL DEFAULT '' CHECK (length(detail) <= 500),
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (gateway, gateway_channel, rule, boot, raised_us)
);
CREATE UNIQUE INDEX alert_edge ON alert (gateway, edge_epoch, edge_episode) WHERE edge_episode IS NOT NULL;
CREATE INDEX alert_open ON alert (agency, id) WHERE state NOT IN ('normal');
CREATE INDEX alert_site ON alert (site, id);
CREATE INDEX alert_channel ON alert (channel, id);
CREATE INDEX alert_provisional ON alert (gateway) WHERE provisional;

-- Facts, only ever added to: raised, returned, seen, acknowledged …, by whom and when.
CREATE TABLE alert_log (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert  bigint NOT NULL REFERENCES alert,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    fact   text NOT NULL CHECK (length(fact) <= 40),
    person integer REFERENCES person,
    note   text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    state  text NOT NULL                                  -- after it
);
CREATE INDEX alert_log_alert ON alert_log (alert, id);

-- The one way a state changes. Raises 'illegal_alert_transition' for what alert_cycle does not hold; logs; wakes pages.
CREATE FUNCTION alert_advance(which bigint, what text, who integer, said text) RETURNS text
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
    UPDATE alert SET state = following WHERE id = which AND alert.state <> following;
    INSERT INTO alert_log (alert, fact, person, note, state) VALUES (which, what, who, said, following);
    PERFORM pg_notify('antoan_alert', which::text);
    RETURN following;
END
$$;

-- May the person see an alert of this deployment, or (a kit in transit) of this agency?
CREATE FUNCTION alert_seen_by(viewer integer, of_deployment integer, of_agency integer) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN of_deployment IS NOT NULL THEN of_deployment IN (SELECT deployments_seen_by(viewer))
        ELSE EXISTS (SELECT FROM person CROSS JOIN LATERAL agency_subtree(person.agency) AS below(agency)
                     WHERE person.id = viewer AND person.role <> 'site_contact' AND below.agency = of_agency)
    END
$$;

-- Who is told, of what, how. Both filters null: everything.
CREATE TABLE alert_recipient (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
    medium       text NOT NULL CHECK (medium IN ('email', 'webhook')),
    address      text NOT NULL CHECK (length(address) BETWEEN 3 AND 1000),
    language     text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
    agency       integer REFERENCES agency,               -- alerts of this agency and those below
    site         integer REFERENCES site,
    least        text NOT NULL DEFAULT 'low' CHECK (least IN ('low', 'medium', 'high', 'urgent')),
    on_return    boolean NOT NULL DEFAULT false,          -- told also when the condition has gone
    disabled_at  timestamptz
);

-- The outbox. A row is written in the transaction that writes its alert; it is sent at least once.
CREATE TABLE alert_notification (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert         bigint NOT NULL REFERENCES alert,
    change        text NOT NULL CHECK (change IN ('raised', 'returned')),
    recipient     integer NOT NULL REFERENCES alert_recipient,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    next_at       timestamptz NOT NULL DEFAULT clock_timestamp(),  -- not before; while being sent: end of the claim
    attempts      integer NOT NULL DEFAULT 0,
    sent_at       timestamptz,                            -- the last attempt began
    delivered_at  timestamptz,                            -- the other side took it over
    receipt       text CHECK (length(receipt) <= 500),    -- what it answered
    error         text CHECK (length(error) <= 500),      -- of the last attempt that failed
    UNIQUE (alert, change, recipient)
);
CREATE INDEX alert_notification_waiting ON alert_notification (next_at) WHERE state = 'waiting';
CREATE INDEX alert_notification_dead ON alert_notification (id) WHERE state = 'dead';

GRANT SELECT ON alert_rule, alert_engine, alert_cycle, alert, alert_log, alert_recipient, alert_notification
    TO antoan_alerts, antoan_api;
GRANT INSERT, UPDATE ON alert_rule, alert_recipient TO antoan_alerts, antoan_api;
GRANT INSERT, UPDATE ON alert_engine, alert, alert_notification TO antoan_alerts;
GRANT INSERT ON alert_log TO antoan_alerts, antoan_api;
GRANT UPDATE (state) ON alert TO antoan_api;
GRANT UPDATE (state, next_at) ON alert_notification TO antoan_api;  -- a dead letter sent again
GRANT SELECT ON quarantine_count TO antoan_alerts;
