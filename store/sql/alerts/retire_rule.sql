UPDATE alert_rule SET retired_at = clock_timestamp() WHERE rule = $1 AND retired_at IS NULL
