"""Captured bytes in, readings or a typed error out. Pure: nothing here opens, waits or knows the time."""
