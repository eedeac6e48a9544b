-- Why an alert is closed and what was done. $1 alert, $2 cause, $3 action.
UPDATE alert SET close_cause = $2, close_action = $3 WHERE id = $1
