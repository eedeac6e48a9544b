-- The record, its runs, and the projections readings and rollups.
-- Times called `received` are the server's, assigned in the commit; `_us` without a date is microseconds since boot.

-- One row per topic partition. Locked by every commit, so positions and receive times of a partition are in commit order.
CREATE TABLE partition (
    partition smallint PRIMARY KEY CHECK (partition BETWEEN 0 AND 15),
    position  bigint NOT NULL DEFAULT 0,                     -- of the last entry committed
    received  timestamptz NOT NULL DEFAULT '2000-01-01 00:00:00Z'
);
INSERT INTO partition (partition) SELECT generate_series(0, 15);

-- The ingest process that owns the partitions, with the backend of the connection that writes (and holds the locks).
CREATE TABLE ingest_worker (
    backend integer PRIMARY KEY,
    name    text NOT NULL CHECK (length(name) <= 200),
    seen    timestamptz NOT NULL
);

-- The last entry committed of each chain. Compared-and-set in the commit: what a unique index cannot do on a hypertable.
CREATE TABLE chain_head (
    gateway  text NOT NULL CHECK (gateway ~ '^[a-z0-9]{8,32}$'),
    epoch    integer NOT NULL,
    partition smallint NOT NULL REFERENCES partition,
    seq      bigint NOT NULL CHECK (seq >= -1),              -- -1: enrolled, nothing committed
    digest   bytea NOT NULL CHECK (length(digest) = 32),     -- of entry `seq`, of the enrolment record for -1
    received timestamptz NOT NULL,
    ask      bigint NOT NULL DEFAULT 0,                      -- a new number asks the gateway to go back
    forked_at timestamptz,                                   -- another entry with a number already used was received
    PRIMARY KEY (gateway, epoch)
) WITH (fillfactor = 50);
CREATE INDEX chain_head_partition ON chain_head (partition);

-- Entries that a gateway declared lost for ever in a signed event. The chain goes on after them.
CREATE TABLE chain_loss (
    gateway   text NOT NULL,
    epoch     integer NOT NULL,
    first_seq bigint NOT NULL,
    last_seq  bigint NOT NULL CHECK (last_seq >= first_seq),
    declared  bytea NOT NULL CHECK (length(declared) = 32),  -- digest of the entry that holds the event
    received  timestamptz NOT NULL,
    PRIMARY KEY (gateway, epoch, first_seq)
);

-- The truth: messages as they were received, an entry or a run of `entries`. Positions of its entries are
-- position - entries + skip + 1 … position: the first `skip` entries of a run were already in the record.
-- state 0: linked; 1: fork (authentic, but its number was taken); 2: linked, its data cannot be decoded.
CREATE TABLE record (
    received   timestamptz NOT NULL,
    position   bigint NOT NULL,                              -- of the last entry
    first_seq  bigint NOT NULL,
    seq        bigint NOT NULL,                              -- of the last entry
    event_from timestamptz,                                  -- event time as each entry's own clock has it; null: unknown
    event_to   timestamptz,
    gateway    text NOT NULL,
    epoch      integer NOT NULL,
    entries    integer NOT NULL,
    skip       integer NOT NULL,
    readings   integer NOT NULL,                             -- without those of skipped entries
    partition  smallint NOT NULL,
    kind       smallint NOT NULL,                            -- of the last entry
    state      smallint NOT NULL,
    digest     bytea NOT NULL,                               -- of the last entry
    sealed     bytea NOT NULL
);
ALTER TABLE record ALTER sealed SET STORAGE EXTERNAL;        -- already compressed
SELECT create_hypertable('record', by_range('received', INTERVAL '1 hour'), create_default_indexes => false);
CREATE INDEX record_position ON record (partition, position);
CREATE INDEX record_chain ON record (gateway, epoch, seq);

-- The record's second form: whole chunks of it merged into runs; `receipts` keeps each entry's position and receive time
-- (store/receipts.py). What cannot be merged (state 1, 2, a run with skipped entries) rests here as it was received.
CREATE TABLE record_run (LIKE record, receipts bytea NOT NULL);
ALTER TABLE record_run ALTER sealed SET STORAGE EXTERNAL, ALTER receipts SET STORAGE EXTERNAL;
SELECT create_hypertable('record_run', by_range('received', INTERVAL '7 days'), create_default_indexes => false);
CREATE INDEX record_run_position ON record_run (partition, position);
CREATE INDEX record_run_chain ON record_run (gateway, epoch, seq);
CREATE INDEX record_run_event ON record_run (gateway, event_to);

-- UTC of a boot: utc_us = time since boot + offset. From the first linked entry of that boot whose clock is known.
CREATE TABLE boot_clock (
    gateway       text NOT NULL,
    boot          bytea NOT NULL,
    utc_offset_us bigint NOT NULL,
    source        smallint NOT NULL,
    received      timestamptz NOT NULL,
    PRIMARY KEY (gateway, boot)
);

-- What was refused, and why. A ring: the slot is re-used, so rows are bounded by the number of slots.
CREATE TABLE quarantine (
    slot     integer PRIMARY KEY CHECK (slot BETWEEN 0 AND 4095),
    received timestamptz NOT NULL,
    reason   text NOT NULL CHECK (length(reason) <= 40),
    gateway  text CHECK (length(gateway) <= 32),             -- as named by the topic; null when the topic names none
    topic    text NOT NULL CHECK (length(topic) <= 200),
    detail   text NOT NULL CHECK (length(detail) <= 500),
    size     integer NOT NULL,
    digest   bytea NOT NULL,                                 -- SHA-256 of the whole payload
    payload  bytea NOT NULL CHECK (length(payload) <= 65536)
);
CREATE INDEX quarantine_received ON quarantine (received);
-- Everything refused is counted, also what the ring had no room for.
CREATE TABLE quarantine_count (
    day     date NOT NULL,
    gateway text NOT NULL,                                   -- '' when the topic names none
    reason  text NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (day, gateway, reason)
);

-- Server-wide channels. Another instrument, unit or resolution is another channel; an exchange of the epoch is not.
CREATE TABLE channel (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway         text NOT NULL,
    gateway_channel integer NOT NULL CHECK (gateway_channel >= 0),
    quantity        text NOT NULL,
    unit            text NOT NULL,                           -- UCUM
    exponent        smallint NOT NULL,                       -- physical = value * 10^exponent
    interval_us     bigint,                                  -- time between readings as scheduled
    name            text NOT NULL,
    instrument      text NOT NULL,                           -- [maker, model, serial] as JSON: part of identity
    descriptor      jsonb NOT NULL,                          -- the latest
    described_at    timestamptz NOT NULL,                    -- receive time of the latest
    UNIQUE (gateway, gateway_channel, quantity, unit, exponent, instrument)
);

-- (gateway, epoch, descriptor entry, the gateway's channel id) → channel; the descriptor of that time is a dated fact.
CREATE TABLE channel_described (
    gateway         text NOT NULL,
    epoch           integer NOT NULL,
    descriptor_seq  bigint NOT NULL,
    gateway_channel integer NOT NULL,
    channel         integer NOT NULL REFERENCES channel,
    received        timestamptz NOT NULL,
    descriptor      jsonb NOT NULL,
    PRIMARY KEY (gateway, epoch, descriptor_seq, gateway_channel)
);
CREATE INDEX channel_described_channel ON channel_described (channel);

-- How far each projection has followed each partition. Moved in the transaction that writes what was derived.
CREATE TABLE projection_cursor (
    projection text NOT NULL CHECK (length(projection) <= 40),
    partition  smallint NOT NULL REFERENCES partition,
    received   timestamptz NOT NULL DEFAULT '2000-01-01 00:00:00Z',
    position   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (projection, partition)
) WITH (fillfactor = 50);
INSERT INTO projection_cursor (projection, partition)
    SELECT projection, partition FROM partition CROSS JOIN (VALUES ('readings'), ('rollups')) AS p(projection);

-- Entries that a projection has passed but cannot place in time yet: their boot has no UTC mapping.
CREATE TABLE projection_waiting (
    projection text NOT NULL,
    gateway    text NOT NULL,
    boot       bytea NOT NULL,
    epoch      integer NOT NULL,
    seq        bigint NOT NULL,
    received   timestamptz NOT NULL,
    PRIMARY KEY (projection, gateway, boot, epoch, seq)
);

-- Rows for SQL. value is the scaled integer of the channel; see readings_physical.
CREATE TABLE readings (
    time    timestamptz NOT NULL,
    value   bigint NOT NULL,
    channel integer NOT NULL,
    quality smallint NOT NULL
);
SELECT create_hypertable('readings', by_range('time', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX readings_channel_time ON readings (channel, time);

-- Rows outside [enrolment, received + 10 min]. Chunked by receive time: a false date must not make chunks.
CREATE TABLE readings_doubtful (
    received timestamptz NOT NULL,
    time     timestamptz NOT NULL,
    value    bigint NOT NULL,
    channel  integer NOT NULL,
    quality  smallint NOT NULL,
    reason   smallint NOT NULL                               -- 1: dated in the future; 2: before the enrolment
);
SELECT create_hypertable('readings_doubtful', by_range('received', INTERVAL '7 days'), create_default_indexes => false);
CREATE INDEX readings_doubtful_channel ON readings_doubtful (channel, received);

-- Readings older than the retention when they were received: counted, not inserted (the record and rollups have them).
CREATE TABLE readings_late (
    channel integer NOT NULL,
    day     date NOT NULL,                                   -- UTC day of receipt
    count   bigint NOT NULL,
    PRIMARY KEY (channel, day)
);

-- What retention has dropped, and since when: readings before `dropped_before` are late when received after `at`.
CREATE TABLE readings_horizon (
    at             timestamptz PRIMARY KEY,
    dropped_before timestamptz NOT NULL
);

-- Aggregates of the readings that carry a measured value (ingest/projections/aggregate.py says which), by event time.
CREATE TABLE rollup_1m (
    bucket      timestamptz NOT NULL,
    sum         bigint NOT NULL,                             -- of scaled integers; wraps at 2^63, which no instrument reaches
    min         bigint,                                      -- null when no reading carried a value
    max         bigint,
    energy      double precision,                            -- decibels: sum of 10^(physical / 10), added in time order
    last_us     bigint NOT NULL,                             -- time of the latest reading, from the bucket's start
    ok_us       bigint NOT NULL,                             -- time that readings of quality ok stand for
    channel     integer NOT NULL,
    count       integer NOT NULL,                            -- readings that carry a value
    doubtful_us jsonb                                        -- time by quality code, for all but ok; null: none
) WITH (fillfactor = 80);
SELECT create_hypertable('rollup_1m', by_range('bucket', INTERVAL '7 days'), create_default_indexes => false);
CREATE UNIQUE INDEX rollup_1m_channel_bucket ON rollup_1m (channel, bucket);

CREATE TABLE rollup_1h (LIKE rollup_1m) WITH (fillfactor = 80);
SELECT create_hypertable('rollup_1h', by_range('bucket', INTERVAL '90 days'), create_default_indexes => false);
CREATE UNIQUE INDEX rollup_1h_channel_bucket ON rollup_1h (channel, bucket);

-- Hours whose minutes have changed since rollup_1h was last computed from them.
CREATE TABLE rollup_stale (
    channel integer NOT NULL,
    bucket  timestamptz NOT NULL,
    PRIMARY KEY (channel, bucket)
);

-- A sum modulo 2^64, as two's complement has it: exact for all that instruments say, and no error for what they do not.
CREATE FUNCTION wrapped_bigint(total numeric) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (total - floor((total + 9223372036854775808) / 18446744073709551616) * 18446744073709551616)::bigint
$$;

-- Physical values with their words, for SQL users and Grafana.
CREATE VIEW readings_physical AS
    SELECT readings.time, channel.id AS channel, channel.gateway, channel.name, channel.quantity, channel.unit,
           readings.value * power(10::double precision, channel.exponent) AS value, readings.quality
    FROM readings JOIN channel ON channel.id = readings.channel;

-- Ingest may end what it does not own: by these functions only. A lock not had within 2 s is an error, to be tried later.
CREATE FUNCTION drop_record_before(until timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    IF EXISTS (SELECT FROM projection_cursor AS c
               WHERE EXISTS (SELECT FROM record AS r WHERE r.partition = c.partition AND r.position > c.position
                             AND r.received < until)) THEN
        RAISE EXCEPTION 'a projection has not passed the record before %', until;
    END IF;
    IF EXISTS (SELECT FROM record AS r WHERE r.received < until AND NOT EXISTS (
                   SELECT FROM record_run AS run WHERE run.gateway = r.gateway AND run.epoch = r.epoch
                   AND run.seq >= r.seq AND run.first_seq <= r.first_seq AND run.position >= r.position)) THEN
        RAISE EXCEPTION 'an entry received before % is in no run', until;
    END IF;
    RETURN QUERY SELECT drop_chunks('record', older_than => until);
END $$;

CREATE FUNCTION drop_readings_before(until timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    INSERT INTO readings_horizon (at, dropped_before) VALUES (clock_timestamp(), until);
    RETURN QUERY SELECT drop_chunks('readings', older_than => until);
END $$;

CREATE FUNCTION drop_doubtful_before(until timestamptz) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
    SELECT drop_chunks('readings_doubtful', older_than => until)
$$;

REVOKE EXECUTE ON FUNCTION drop_record_before, drop_readings_before, drop_doubtful_before FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_record_before, drop_readings_before, drop_doubtful_before TO antoan_ingest;

GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_worker, chain_head, boot_clock, quarantine, quarantine_count,
    projection_waiting, readings_late, readings_horizon, rollup_stale TO antoan_ingest;
GRANT SELECT, UPDATE ON partition, projection_cursor TO antoan_ingest;
GRANT SELECT, INSERT ON record, record_run, chain_loss, channel_described, readings_doubtful TO antoan_ingest;
GRANT SELECT, INSERT, UPDATE ON channel TO antoan_ingest;
GRANT SELECT, INSERT ON readings TO antoan_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_1m, rollup_1h TO antoan_ingest;

GRANT SELECT ON partition, chain_head, chain_loss, record, record_run, boot_clock, channel, channel_described,
    projection_waiting, readings, readings_physical, readings_doubtful, readings_late, rollup_1m, rollup_1h
    TO antoan_alerts, antoan_api;
GRANT SELECT, INSERT, UPDATE ON projection_cursor TO antoan_alerts;
GRANT SELECT ON projection_cursor, quarantine, quarantine_count, ingest_worker, readings_horizon TO antoan_api;
