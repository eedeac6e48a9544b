SELECT at, dropped_before FROM readings_horizon ORDER BY at
