SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index AS i
WHERE i.indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY 1
