INSERT INTO alert_duty (recipient, days, from_at, until_at, first_day, last_day) VALUES ($1, $2, $3, $4, $5, $6)
