-- Kits with alerts that were learnt late and still hold.
SELECT DISTINCT gateway FROM alert WHERE late AND returned_us IS NULL AND state = 'unacknowledged'
