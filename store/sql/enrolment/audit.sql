-- $1 action, $2 gateway, $3 epoch, $4 person, $5 remote address, $6 reason, $7 detail
INSERT INTO enrolment_audit (action, gateway, epoch, person, remote, reason, detail) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
