"""What a person at the kit sees of it: plain values for the kit's own page, nothing of which leaves the kit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from telemetry.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gateway_agent.batch import Reading
    from gateway_agent.sampler import Sampler
    from telemetry.descriptor import ChannelModel
    from telemetry.status import Status


def kit_shown(said: Status, *, site: str, online: bool) -> dict[str, Any]:
    """The kit as a whole: who it is, its clock, what waits to be sent."""
    return {
        "gateway": said.gateway,
        "site": site,
        "version": said.version,
        "online": online,
        "waiting": said.spool_entries,
        "spool_mib": round((said.spool_bytes or 0) / (1 << 20), 1),
        "clock_known": said.utc_offset_us is not None,
        "utc_ms": None if said.utc_offset_us is None or said.t_us is None else (said.t_us + said.utc_offset_us) // 1000,
        "configuration": said.configuration,
        "faults": list(said.faults),
    }


def instrument_shown(
    sampler: Sampler,
    ids: Mapping[str, int],
    models: Mapping[int, ChannelModel],
    latest: Mapping[int, Reading],
    now_us: int,
) -> dict[str, Any]:
    """One instrument: whether it answers, and the latest value of each channel."""
    channels = list(_channels(ids, models, latest, now_us))
    ages = [channel["age_s"] for channel in channels if channel["age_s"] is not None]
    return {
        "name": sampler.name,
        "model": sampler.model,
        "answering": sampler.answering,
        "cause": sampler.cause,
        "silent_s": min(ages, default=None),
        "channels": channels,
    }


def _channels(
    ids: Mapping[str, int], models: Mapping[int, ChannelModel], latest: Mapping[int, Reading], now_us: int
) -> Iterable[dict[str, Any]]:
    for name, number in ids.items():
        model, reading = models[number], latest.get(number)
        yield {
            "name": name,
            "quantity": model.quantity,
            "unit": model.unit,
            "value": None
            if reading is None or not Quality.of_code(reading.quality).has_value
            else _text(reading, model),
            "quality": None if reading is None else Quality.of_code(reading.quality).word,
            "age_s": None if reading is None else max(0, round((now_us - reading.t_us) / 1e6)),
        }


def _text(reading: Reading, model: ChannelModel) -> str:
    return f"{Decimal(reading.value).scaleb(model.exponent):f}"
