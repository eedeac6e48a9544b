"""Noise at work: levels, exposure, dose, uncertainty, weightings. Levels are averaged on energy, never on decibels."""
