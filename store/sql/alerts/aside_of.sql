-- What keeps an alert from being announced: shelve, remove, suppress, or null. $1 alert.
SELECT alert_set_aside($1)
