-- A recipient by name: new, or as now written.
INSERT INTO alert_recipient (name, medium, address, language, agency, site, least, on_return, person, wait_s, repeat_s, timezone,
                             quiet_from, quiet_until, digest_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT id FROM person WHERE login = $9), $10, $11, $12, $13, $14, $15)
ON CONFLICT (name) DO UPDATE SET medium = excluded.medium, address = excluded.address, language = excluded.language,
    agency = excluded.agency, site = excluded.site, least = excluded.least, on_return = excluded.on_return,
    person = excluded.person, wait_s = excluded.wait_s, repeat_s = excluded.repeat_s, timezone = excluded.timezone,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, digest_at = excluded.digest_at, disabled_at = NULL
RETURNING id
