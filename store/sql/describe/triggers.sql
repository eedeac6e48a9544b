SELECT pg_get_triggerdef(oid, true) AS definition FROM pg_trigger
WHERE tgrelid = $1 AND NOT tgisinternal AND tgname <> 'ts_insert_blocker' ORDER BY tgname
