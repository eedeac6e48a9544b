"""What can go wrong between a gateway and its identity; the type decides the reaction."""

from __future__ import annotations


class EnrolmentError(Exception):
    """The base. By itself: the state folder does not fit together, or the server answered nonsense; a person has to look."""


class NotEnrolledError(EnrolmentError):
    """The state folder holds no identity: run `antoan gateway enrol`."""


class UnreachableError(EnrolmentError):
    """The enrolment service could not be reached, or is busy: try again later."""


class WrongAuthorityError(EnrolmentError):
    """Who answers is not the installation that issued the token; nothing secret was sent. Check the address; ask the office."""


class RefusedByServerError(EnrolmentError):
    """The service said no. `code` is its stable word (`token-expired`, `gateway-revoked`, …)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{detail} ({code})")
        self.code = code
