-- Add a fact that does not change the state. $1 alert, $2 fact, $3 note.
INSERT INTO alert_log (alert, fact, note, state) SELECT id, $2, $3, state FROM alert WHERE id = $1
