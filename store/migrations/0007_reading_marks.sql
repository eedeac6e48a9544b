-- Intervals of doubt said afterwards by a failed field check. Readings are never changed by them: the view joins them.
CREATE TABLE reading_mark (
    gateway        text NOT NULL,
    epoch          bigint NOT NULL,
    seq            bigint NOT NULL,             -- the entry whose event says so
    gateway_channel integer NOT NULL,
    descriptor_seq bigint NOT NULL,             -- what the channel was then
    from_boot      bytea,                       -- of the last good check; null: there was none, all before is in doubt
    from_us        bigint NOT NULL,
    until_boot     bytea NOT NULL,
    until_us       bigint NOT NULL,
    cause          text NOT NULL CHECK (length(cause) <= 128),
    PRIMARY KEY (gateway, epoch, seq, gateway_channel)
);
GRANT SELECT, INSERT, DELETE ON reading_mark TO antoan_ingest;
GRANT TRUNCATE ON reading_mark TO antoan_ingest;
GRANT SELECT ON reading_mark TO antoan_api, antoan_alerts;

-- The same by channel and UTC, once the boots it names are placed. A first bound that cannot be placed yet counts as none: the safe side.
CREATE VIEW reading_mark_utc AS
SELECT described.channel,
       CASE WHEN begun.utc_offset_us IS NULL THEN '-infinity'::timestamptz
            ELSE 'epoch'::timestamptz + (mark.from_us + begun.utc_offset_us) * interval '1 microsecond' END AS from_at,
       'epoch'::timestamptz + (mark.until_us + ended.utc_offset_us) * interval '1 microsecond' AS until_at,
       mark.cause
FROM reading_mark AS mark
JOIN channel_described AS described USING (gateway, epoch, descriptor_seq, gateway_channel)
JOIN boot_clock AS ended ON ended.gateway = mark.gateway AND ended.boot = mark.until_boot
LEFT JOIN boot_clock AS begun ON begun.gateway = mark.gateway AND begun.boot = mark.from_boot;

CREATE VIEW readings_judged AS
SELECT readings.time, readings.value, readings.channel, readings.quality,
       (SELECT mark.cause FROM reading_mark_utc AS mark
        WHERE mark.channel = readings.channel AND readings.time > mark.from_at AND readings.time < mark.until_at LIMIT 1) AS in_doubt
FROM readings;
GRANT SELECT ON reading_mark_utc, readings_judged TO antoan_api, antoan_alerts, antoan_ingest;
