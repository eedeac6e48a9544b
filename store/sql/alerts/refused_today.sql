-- What ingest refused of each gateway, by reason, yesterday and today. Counts only ever grow within a day.
SELECT day, gateway, reason, count FROM quarantine_count WHERE gateway <> '' AND day >= current_date - 1
