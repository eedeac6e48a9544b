-- Every version of whom a measurement stands for, newest first. $1 measurement (already seen)
SELECT a.version, a.exposure_group, a.group_version, g.name AS group_name, v.head_count, a.worker, a.occupancy, a.reason,
       person.name AS written_by, a.written_at
FROM measurement_assignment AS a
LEFT JOIN exposure_group AS g ON g.id = a.exposure_group
LEFT JOIN exposure_group_version AS v ON v.exposure_group = a.exposure_group AND v.version = a.group_version
JOIN person ON person.id = a.written_by
WHERE a.measurement = $1
ORDER BY a.version DESC
