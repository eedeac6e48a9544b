DELETE FROM alert_duty WHERE recipient = $1
