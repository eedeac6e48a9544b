-- A recipient by name: new, or as now written.
INSERT INTO alert_recipient (name, medium, address, language, agency, site, least, on_return)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (name) DO UPDATE SET medium = excluded.medium, address = excluded.address, language = excluded.language,
    agency = excluded.agency, site = excluded.site, least = excluded.least, on_return = excluded.on_return, disabled_at = NULL
RETURNING id
