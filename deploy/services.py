"""The four services: for each, the settings it reads and the coroutine it is. Imported only when entered."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telemetry.strict import StrictModel


@dataclass(frozen=True)
class Service:
    """Where a service's settings model and its `async def run(settings)` are, as `module:name`."""

    settings: str
    run: str

    def settings_model(self) -> type[StrictModel]:
        """Import and return the settings model."""
        model: type[StrictModel] = _load(self.settings)
        return model

    def runner(self) -> Callable[[StrictModel], Awaitable[None]]:
        """Import and return the coroutine function."""
        run: Callable[[StrictModel], Awaitable[None]] = _load(self.run)
        return run


SERVICES = {
    "gateway": Service("gateway_agent.settings:GatewaySettings", "gateway_agent.agent:run"),
    "ingest": Service("ingest.settings:IngestSettings", "ingest.service:run"),
    "alerts": Service("alerts.settings:AlertsSettings", "alerts.service:run"),
    "api": Service("api.settings:ApiSettings", "api.service:run"),
}


def _load(where: str) -> Any:  # noqa: ANN401  (what stands there is the caller's to know)
    module, name = where.split(":")
    return getattr(import_module(module), name)
