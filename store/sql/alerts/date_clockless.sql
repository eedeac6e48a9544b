-- Give event times to episodes of boots whose UTC has become known since.
UPDATE alert SET
    raised_at = 'epoch'::timestamptz + (alert.raised_us + boot_clock.utc_offset_us) * interval '1 microsecond',
    since_at = coalesce(since_at, 'epoch'::timestamptz + (alert.raised_us + boot_clock.utc_offset_us) * interval '1 microsecond')
FROM boot_clock
WHERE alert.raised_at IS NULL AND boot_clock.gateway = alert.gateway AND boot_clock.boot = alert.boot
