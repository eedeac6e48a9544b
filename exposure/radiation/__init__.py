"""Ionising radiation: doses kept by calendar year and by block of five years."""
