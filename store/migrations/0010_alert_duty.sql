-- Who is told when: duty, escalation, quiet hours, digest, one message for what a kit says within minutes; links that acknowledge.

ALTER TABLE alert_recipient
    ADD COLUMN person      integer REFERENCES person,     -- who acknowledges by the link in the message
    ADD COLUMN wait_s      integer NOT NULL DEFAULT 0 CHECK (wait_s BETWEEN 0 AND 86400),     -- told only if nobody acknowledged by then
    ADD COLUMN repeat_s    integer CHECK (repeat_s BETWEEN 60 AND 86400),                     -- told again until somebody does
    ADD COLUMN timezone    text NOT NULL DEFAULT 'Asia/Ho_Chi_Minh',                          -- of the times below and of duty
    ADD COLUMN quiet_from  time,                          -- between these only danger to life is told
    ADD COLUMN quiet_until time,
    ADD COLUMN digest_at   time,                          -- low priority is collected until then
    DROP CONSTRAINT alert_recipient_medium_check,
    ADD CONSTRAINT alert_recipient_medium_check CHECK (medium IN ('email', 'webhook', 'apprise')),
    ADD CONSTRAINT quiet_has_both CHECK ((quiet_from IS NULL) = (quiet_until IS NULL));

-- When a recipient is on duty, in local time; one without rows always is. Until before from: over midnight, the day is that of the beginning.
CREATE TABLE alert_duty (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient  integer NOT NULL REFERENCES alert_recipient,
    days       smallint[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}' CHECK (days <@ '{1,2,3,4,5,6,7}'::smallint[] AND days <> '{}'),
    from_at    time NOT NULL,
    until_at   time NOT NULL,
    first_day  date,
    last_day   date CHECK (last_day >= first_day)
);
CREATE INDEX alert_duty_recipient ON alert_duty (recipient);

CREATE FUNCTION alert_on_duty(who integer, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM alert_duty WHERE recipient = who) OR EXISTS (
        SELECT FROM alert_recipient AS r JOIN alert_duty AS d ON d.recipient = r.id
        CROSS JOIN LATERAL (SELECT at AT TIME ZONE r.timezone AS now) AS local
        CROSS JOIN LATERAL (
            SELECT CASE WHEN d.until_at <= d.from_at AND local.now::time < d.until_at
                        THEN local.now::date - 1 ELSE local.now::date END AS day) AS begun
        WHERE r.id = who AND extract(isodow FROM begun.day)::smallint = ANY(d.days)
          AND begun.day BETWEEN coalesce(d.first_day, '-infinity') AND coalesce(d.last_day, 'infinity')
          AND CASE WHEN d.until_at > d.from_at THEN local.now::time >= d.from_at AND local.now::time < d.until_at
                   ELSE local.now::time >= d.from_at OR local.now::time < d.until_at END)
$$;

-- The next time that the local clock of a recipient shows `clock`, at or after `at`.
CREATE FUNCTION alert_next_clock(at timestamptz, clock time, zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT ((at AT TIME ZONE zone)::date + clock
            + CASE WHEN (at AT TIME ZONE zone)::time > clock THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE zone
$$;

-- When a message of this priority goes to the recipient if it is due at `at`: danger at once, low with the digest, others after quiet hours.
CREATE FUNCTION alert_not_before(who integer, what text, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN what = 'urgent' THEN at
        WHEN what = 'low' AND r.digest_at IS NOT NULL THEN alert_next_clock(at, r.digest_at, r.timezone)
        WHEN r.quiet_from IS NOT NULL AND CASE
            WHEN r.quiet_until > r.quiet_from THEN local.clock >= r.quiet_from AND local.clock < r.quiet_until
            ELSE local.clock >= r.quiet_from OR local.clock < r.quiet_until END
            THEN alert_next_clock(at, r.quiet_until, r.timezone)
        ELSE at
    END
    FROM alert_recipient AS r CROSS JOIN LATERAL (SELECT (at AT TIME ZONE r.timezone)::time AS clock) AS local
    WHERE r.id = who
$$;

ALTER TABLE alert_notification
    ADD COLUMN round smallint NOT NULL DEFAULT 0 CHECK (round BETWEEN 0 AND 20),   -- told again and again until acknowledged
    DROP CONSTRAINT alert_notification_alert_change_recipient_key,
    ADD CONSTRAINT alert_notification_once UNIQUE (alert, change, recipient, round),
    DROP CONSTRAINT alert_notification_state_check,
    ADD CONSTRAINT alert_notification_state_check CHECK (state IN ('waiting', 'delivered', 'dead', 'cancelled'));
CREATE INDEX alert_notification_recipient ON alert_notification (recipient, sent_at);

-- A link in a message: whoever holds it acknowledges this alert as this person, until it expires. Only its hash is kept.
CREATE TABLE alert_link (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    alert        bigint NOT NULL REFERENCES alert,
    person       integer NOT NULL REFERENCES person,
    notification bigint NOT NULL REFERENCES alert_notification,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);
CREATE INDEX alert_link_expires ON alert_link (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_duty TO antoan_alerts, antoan_api;
GRANT SELECT, INSERT, DELETE ON alert_link TO antoan_alerts;
GRANT SELECT, UPDATE (used_at) ON alert_link TO antoan_api;
