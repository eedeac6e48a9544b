-- The measurements of a group's result (already seen), in time order. $1 result
SELECT p.measurement, p.assignment, p.value, p.measured_s, m.from_at, m.until_at, point.name AS place, placement.worker
FROM exposure_result_part AS p
JOIN measurement AS m ON m.id = p.measurement
JOIN placement ON placement.id = m.placement
JOIN point ON point.id = placement.point
WHERE p.result = $1
ORDER BY m.from_at, p.measurement
