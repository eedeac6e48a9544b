"""What can go wrong in enrolment, by the reaction: refuse this request with a reason, or stop and have a person look."""

from __future__ import annotations


class AuthorityError(Exception):
    """The CA's folder is not as it must be: missing, readable by others, or damaged. A person has to look."""


class CertificateRequestRefusedError(Exception):
    """A certificate request that the CA does not sign: damaged, unproven or of a kind of key we do not accept."""


class NotProvenError(Exception):
    """Nothing in the request proves who asks."""


class StaleChallengeError(Exception):
    """The challenge is none of ours or too old; fetching another one helps."""
