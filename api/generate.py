"""`python -m api.generate` writes the files that follow from the API's models; a test compares them with what is committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api import openapi, typescript
from api.app import VERSION
from api.models.base import Problem
from api.models.live import LiveAlerts, LiveReadings, LiveReset, LiveTick
from api.routes import ROUTES

if TYPE_CHECKING:
    from pydantic import BaseModel

HERE = Path(__file__).parent
COMMAND = "python -m api.generate"


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    models: set[type[BaseModel]] = {m for route in ROUTES for m in (route.answer, route.body) if m}
    models |= {Problem, LiveReadings, LiveAlerts, LiveReset, LiveTick}
    return {
        HERE / "openapi.json": openapi.text(ROUTES, VERSION),
        HERE / "web" / "src" / "forms.ts": typescript.interfaces(sorted(models, key=lambda model: model.__name__)),
    }


def main() -> None:
    """Write them."""
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
