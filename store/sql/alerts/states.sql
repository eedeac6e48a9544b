SELECT gateway, state FROM alert_engine
