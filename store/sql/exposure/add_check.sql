INSERT INTO field_check (measurement, moment, checked_at, reference, found, tolerance, unit, note, written_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id
