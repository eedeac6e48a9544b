SELECT coalesce((SELECT slot + 1 FROM quarantine ORDER BY received DESC, slot DESC LIMIT 1), 0)
