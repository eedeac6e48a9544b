-- $1 person, $2 name, $3 YAML, $4 reason. Nothing is added while a set of that name is in force.
INSERT INTO limit_own_set (agency, name, body, reason, added_by)
SELECT person.agency, $2, $3, $4, person.id FROM person WHERE person.id = $1
ON CONFLICT (agency, name) WHERE retired_at IS NULL DO NOTHING
RETURNING id
