"""Occupational hygiene mathematics and limits: arrays in, numbers with units out. Pure: no I/O, no clock."""
