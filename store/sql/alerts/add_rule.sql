-- The next version of a rule. $1 rule, $2 kind, $3 body, $4 set-point, $5 unit, $6 person or null.
INSERT INTO alert_rule (rule, version, kind, body, set_point, unit, loaded_by)
SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM alert_rule WHERE rule = $1
RETURNING version
