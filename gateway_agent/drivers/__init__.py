"""Drivers: one per instrument; they speak its protocol by its profile and hand over samples or a typed error."""
