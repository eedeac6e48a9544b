-- Seconds until the next notification is due; null when none waits.
SELECT extract(epoch FROM min(next_at) - clock_timestamp())::double precision FROM alert_notification WHERE state = 'waiting'
