TRUNCATE rollup_1m, rollup_1h, rollup_stale
