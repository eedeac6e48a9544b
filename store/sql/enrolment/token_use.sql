-- $1 hash of the secret, $2 time, $3 epoch
UPDATE enrolment_token SET used_at = $2, used_epoch = $3 WHERE secret_hash = $1
