"""What ends an ownership or a session of ingest; each is answered by starting again, with back-off."""

from __future__ import annotations


class IngestError(Exception):
    """The base of the errors of this room."""


class BrokerLostError(IngestError):
    """The broker refused, or the session with it is gone: connect anew and ask the gateways to go back."""
