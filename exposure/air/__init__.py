"""Gases and dust: TWA, sliding STEL, ceiling, units, mixtures, long shifts. Concentrations are averaged linearly."""
