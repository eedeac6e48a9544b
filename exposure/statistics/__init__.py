"""Statistics of exposure groups: lognormal fit, upper tolerance limits, EN 689."""
