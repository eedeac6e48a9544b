-- The spool of one gateway (SQLite, WAL, synchronous=EXTRA). Everything that must agree after a power cut is written in one
-- transaction: the entry, the head of its chain, channel ids, counters, alarm state. Times are never wall-clock here.
CREATE TABLE epoch (
    epoch          INTEGER PRIMARY KEY,          -- one chain, one key
    state          TEXT NOT NULL CHECK (state IN ('active', 'pending', 'closed')),
    genesis        BLOB NOT NULL,                -- prev of seq 0: digest of the enrolment record, or of the pending request
    next_seq       INTEGER NOT NULL DEFAULT 0,
    head           BLOB NOT NULL,                -- digest of next_seq - 1; genesis before the first
    descriptor_seq INTEGER,                      -- descriptor entry in force, and what it described
    descriptor_of  BLOB,
    committed_seq  INTEGER NOT NULL DEFAULT -1,  -- by content: the server's digest equalled ours
    committed_by   BLOB,                         -- the last verified `committed`, as received (beacon, survives a restart)
    ask            INTEGER,                      -- last ask number acted upon
    forked         INTEGER NOT NULL DEFAULT 0,   -- the server showed another digest for a seq of ours
    gone_to        INTEGER NOT NULL DEFAULT -1,  -- entries up to here are no longer spooled
    gone_digest    BLOB                          -- digest of entry gone_to
) STRICT;

CREATE TABLE entry (
    position INTEGER PRIMARY KEY,                -- epoch * 2^40 + seq: appended in order, read by range, no second index
    kind     INTEGER NOT NULL,
    digest   BLOB NOT NULL,
    readings INTEGER NOT NULL,
    lived_us INTEGER NOT NULL,                   -- running time of the gateway when sealed, summed over its boots
    wire     BLOB NOT NULL,
    count    INTEGER NOT NULL DEFAULT 1          -- entries in the wire: more than one is a run that ends at this position
) STRICT;

CREATE TABLE channel (
    id         INTEGER PRIMARY KEY,              -- small, never reused: rows are never deleted
    instrument TEXT NOT NULL,                    -- its name in the settings
    profile    TEXT NOT NULL,
    name       TEXT NOT NULL,
    unit       TEXT NOT NULL,
    exponent   INTEGER NOT NULL,
    serial     TEXT NOT NULL,                    -- empty while unknown
    UNIQUE (instrument, profile, name, unit, exponent, serial)
) STRICT;

CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE alarm_state (id INTEGER PRIMARY KEY CHECK (id = 1), state BLOB NOT NULL) STRICT;

CREATE TABLE notice (                            -- alarm notices the broker has not yet taken
    id    INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    wire  BLOB NOT NULL
) STRICT;

PRAGMA user_version = 2;
