INSERT INTO measurement_assignment (measurement, version, exposure_group, group_version, worker, occupancy, reason, written_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
