"""The services below AnToan on one machine: a real TimescaleDB and a real mosquitto, without Docker and without root.

`debian*.py`, `home.py` and `errors.py` import the standard library only: the first-use bootstrap runs before any
other package is there.
"""
