SELECT readings_physical.time, readings_physical.value FROM readings_physical
WHERE readings_physical.gateway = $1 AND readings_physical.quantity = $2 AND readings_physical.time > $3
  AND readings_physical.value IS NOT NULL
ORDER BY readings_physical.time
