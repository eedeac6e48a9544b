"""Broker to record: verify, append, acknowledge; then the projections and runs that follow the record."""
