"""Instrument profiles: the schema, the loader, and one folder per instrument model with its byte cases."""
