INSERT INTO measurement (agency, placement, shift_from, shift_until, breaks, from_at, until_at, method, organisation,
                         verification, verified_until, gaps, gaps_reason, expanded_uncertainty, uncertainty_basis,
                         situations, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
RETURNING id
