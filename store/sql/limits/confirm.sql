-- $1 person, $2 limit, $3 digest, $4 document. The confirmation holds for the person's agency and those below.
INSERT INTO limit_confirmation (agency, limit_id, digest, document, confirmed_by)
SELECT person.agency, $2, $3, $4, person.id FROM person WHERE person.id = $1
ON CONFLICT (agency, limit_id, digest) WHERE withdrawn_at IS NULL DO NOTHING
RETURNING id
