-- End the session of an owner that has done nothing for $2 seconds: an owner at work looks at the record every poll.
-- $1 lock number. The same role, so both the lock's session is visible and ending it is allowed.
SELECT pg_terminate_backend(activity.pid)
FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1 AND lock.classid = 0 AND lock.objid = $1::bigint::oid
  AND activity.datname = current_database() AND activity.pid <> pg_backend_pid()
  AND activity.state_change < clock_timestamp() - $2::double precision * interval '1 second'
