INSERT INTO exposure_result_part (result, measurement, assignment, value, measured_s) VALUES ($1, $2, $3, $4, $5)
