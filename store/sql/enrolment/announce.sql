-- $1 gateway: tell who keeps keys that this gateway's have changed (delivered at commit).
SELECT pg_notify('antoan_enrolment', $1)
