-- Confirmations that hold for an agency ($1): its own and those from above; and, to look at, those below. Newest first.
SELECT c.id, c.agency, agency.name AS agency_name, c.limit_id, c.digest, c.document, person.name AS by_name, c.confirmed_at,
       c.withdrawn_at, withdrawer.name AS withdrawn_by,
       c.withdrawn_at IS NULL AND c.agency IN (SELECT agencies_above($1)) AS holds
FROM limit_confirmation AS c
JOIN agency ON agency.id = c.agency
JOIN person ON person.id = c.confirmed_by
LEFT JOIN person AS withdrawer ON withdrawer.id = c.withdrawn_by
WHERE (c.agency IN (SELECT agencies_above($1)) OR c.agency IN (SELECT agency_subtree($1)))
  AND ($2::text IS NULL OR c.limit_id = $2)
ORDER BY c.id DESC
