"""What the API answers when it cannot do what was asked: one exception per meaning, one JSON form (`Problem`)."""

# ruff: noqa: N818  (the names are the meanings of answers, as people say them)

from __future__ import annotations

from api.models.base import Problem


class ApiError(Exception):
    """The request ends here with `status` and the problem's code. `detail` is for a person who reads English logs."""

    status = 500
    code = "internal"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers: dict[str, str] = {}

    def problem(self) -> Problem:
        """The body that is sent."""
        return Problem(code=self.code, detail=self.detail)


class Invalid(ApiError):
    """A body, query or path is not of the documented form."""

    status = 400
    code = "invalid"


class NotLoggedIn(ApiError):
    """No session, or one that has ended."""

    status = 401
    code = "not_logged_in"


class WrongPassword(ApiError):
    """Login and password do not belong together, or the person may no longer log in; which of them is not told."""

    status = 401
    code = "wrong_password"


class Forbidden(ApiError):
    """The person's role does not include this, or the request came from a foreign page or host."""

    status = 403
    code = "forbidden"


class NotFound(ApiError):
    """There is no such thing, or the person may not see it; which of them is not told."""

    status = 404
    code = "not_found"


class Conflict(ApiError):
    """The thing is in a state in which this cannot be done."""

    status = 409
    code = "conflict"


class TooMany(ApiError):
    """Too many attempts; `retry_after_s` says when to come back."""

    status = 429
    code = "too_many"

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.headers["Retry-After"] = str(retry_after_s)


class Unavailable(ApiError):
    """Something behind the API does not answer now."""

    status = 503
    code = "unavailable"
