"""How the service is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Moment


class Health(Form):
    """Whether the service and its database answer. Details only for an administrator."""

    status: Literal["ok", "degraded"]
    server_time: Moment
    database: str | None = Field(
        description="version of PostgreSQL and TimescaleDB with its edition; null: not told or down"
    )
    lag_s: float | None = Field(
        description="age of the oldest record that `readings` does not hold yet; null: not told"
    )
