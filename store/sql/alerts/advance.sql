-- Move an alert along its life cycle. $1 alert, $2 action, $3 person or null, $4 note. Gives the state after.
SELECT alert_advance($1, $2, $3, $4)
