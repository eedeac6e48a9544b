-- What ingest refused of each known kit, by reason, yesterday and today. Counts only ever grow within a day.
SELECT day, gateway, reason, count FROM quarantine_count JOIN gateway USING (gateway) WHERE day >= current_date - 1
