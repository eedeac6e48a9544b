-- Who is told at once, for when the database cannot be asked.
SELECT name, medium, address, language, least FROM alert_recipient
WHERE disabled_at IS NULL AND wait_s = 0 ORDER BY id
