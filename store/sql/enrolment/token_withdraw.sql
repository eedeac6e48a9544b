-- $1 gateway, $2 time: withdraw its tokens that are still good.
UPDATE enrolment_token SET withdrawn_at = $2
WHERE gateway = $1 AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2
