SELECT join_key, state FROM alert_engine_joint
