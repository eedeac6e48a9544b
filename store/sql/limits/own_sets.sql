-- Sets of an agency's own that hold for the agency ($1): its own and those from above, in force.
SELECT o.id, o.agency, agency.name AS agency_name, o.name, o.body, o.reason, person.name AS by_name, o.added_at
FROM limit_own_set AS o
JOIN agency ON agency.id = o.agency
JOIN person ON person.id = o.added_by
WHERE o.retired_at IS NULL AND o.agency IN (SELECT agencies_above($1))
ORDER BY o.id
