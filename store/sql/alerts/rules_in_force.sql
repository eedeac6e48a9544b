SELECT rule, version, body FROM alert_rule WHERE retired_at IS NULL ORDER BY rule
