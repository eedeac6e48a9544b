INSERT INTO exposure_result (agency, site, place, measurement, assignment, exposure_group, group_version, worker, people,
    origin, document, standing, lacking, day, limit_id, limit_digest, limit_text, confirmation, metric, unit, value,
    lower_bound, expanded_uncertainty, uncertainty_basis, measured_s, expected_s, left_out_s, gaps, shift_h,
    computed_by_rule, checks, outcome, reasons, cautions, margin, allowed_low, allowed_high, decision_rule, clause,
    computed_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
    $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
RETURNING id
