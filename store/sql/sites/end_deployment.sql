WITH ended AS (
    UPDATE deployment SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING id
)
UPDATE placement SET until_at = now() FROM ended
WHERE placement.deployment = ended.id AND placement.until_at IS NULL
