"""Why an enrolment, a renewal or a revocation is refused: one error, a stable code, a sentence with the remedy."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Stable codes: in answers over HTTP, in audit rows and in tests."""

    TOKEN_UNKNOWN = "token-unknown"  # noqa: S105  (a reason's code)
    TOKEN_EXPIRED = "token-expired"  # noqa: S105
    TOKEN_USED = "token-used"  # noqa: S105
    TOKEN_WITHDRAWN = "token-withdrawn"  # noqa: S105
    GATEWAY_UNKNOWN = "gateway-unknown"
    GATEWAY_REVOKED = "gateway-revoked"
    EPOCH_REVOKED = "epoch-revoked"
    EPOCH_SUPERSEDED = "epoch-superseded"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_UNKNOWN = "certificate-unknown"
    TOO_MANY_CERTIFICATES = "too-many-certificates"
    OTHER_AGENCY = "other-agency"
    KEY_USED_BEFORE = "key-used-before"
    ALREADY_REVOKED = "already-revoked"


class EnrolmentRefusedError(Exception):
    """Not done, and nothing was changed. `reason` decides what a person can do about it."""

    def __init__(self, reason: Refusal, message: str, gateway: str | None = None, epoch: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.gateway = gateway
        self.epoch = epoch
