-- $1 person, $2 site, $3 name. The group belongs to the person's agency.
INSERT INTO exposure_group (agency, site, name, created_by)
SELECT person.agency, $2, $3, person.id FROM person WHERE person.id = $1
ON CONFLICT (agency, site, name) DO NOTHING
RETURNING id
