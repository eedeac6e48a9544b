UPDATE alert_link SET used_at = coalesce(used_at, clock_timestamp()) WHERE token_hash = $1
