SELECT channel, count(*) AS count FROM readings GROUP BY channel
