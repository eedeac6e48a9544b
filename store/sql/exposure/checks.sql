-- $1 measurement (already seen): in time order
SELECT c.id, c.moment, c.checked_at, c.reference, c.found, c.tolerance, c.unit, c.passed, c.note, person.name AS written_by
FROM field_check AS c JOIN person ON person.id = c.written_by
WHERE c.measurement = $1
ORDER BY c.checked_at, c.id
