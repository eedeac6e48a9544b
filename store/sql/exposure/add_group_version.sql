INSERT INTO exposure_group_version (exposure_group, version, head_count, shifts, tasks, workers, reason, written_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
