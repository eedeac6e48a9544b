-- $1 gateway, $2 epoch: the first certificate of the epoch, the one that enrolment gave.
SELECT pem, public_key FROM certificate WHERE gateway = $1 AND epoch = $2 ORDER BY issued_at, serial LIMIT 1
