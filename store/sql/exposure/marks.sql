-- Stretches that a failed check has put in doubt, within a span. $1 channel, $2, $3 span
SELECT greatest(from_at, $2::timestamptz) AS from_at, least(until_at, $3::timestamptz) AS until_at, cause
FROM reading_mark_utc
WHERE channel = $1 AND from_at < $3 AND until_at > $2
ORDER BY from_at, until_at
