INSERT INTO site (agency, name, address, timezone, procedure)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (agency, name) DO UPDATE
SET address = excluded.address, timezone = excluded.timezone, procedure = excluded.procedure
RETURNING id
