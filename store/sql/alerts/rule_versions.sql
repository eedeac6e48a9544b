-- Every version of rule $1, newest first; null: the version in force of every rule, by name.
SELECT alert_rule.rule, version, body, loaded_at, person.name AS loaded_by, retired_at
FROM alert_rule LEFT JOIN person ON person.id = alert_rule.loaded_by
WHERE ($1::text IS NULL AND retired_at IS NULL) OR rule = $1
ORDER BY rule, version DESC
