"""The questions of `antoan profile new`, one at a time, each with its meaning and what is taken when nothing is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from deploy.profiles.answers import Answers, Capture, NewChannel
from telemetry.strict import SettingsError, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Ask = Callable[[str], str]
    Say = Callable[[str], None]

_FIRST = ("id", "maker", "model", "summary", "protocol", "link")
_LAST = ("period_s", "use", "source")
_OF_LINK = {"rtu": ("baud", "parity", "stop_bits"), "ascii": ("baud", "parity", "stop_bits"), "tcp": ("tcp_port",)}
_OF_PROTOCOL = {
    "modbus": ("address",),
    "lines": ("request_text", "pattern"),
    "frames": ("request", "sync", "frame_bytes", "checksum"),
}
_OF_CHANNEL = {
    "modbus": ("unit", "function", "at", "type", "order", "scale", "offset", "low", "high"),
    "lines": ("unit", "scale", "low", "high"),
    "frames": ("unit", "at", "type", "order", "scale", "offset", "low", "high"),
}


def ask_all(ask: Ask, say: Say) -> Answers:
    """Ask until the answers make sense. Raises SettingsError for what only the whole shows to be wrong, EOFError at the end."""
    given = _several(Answers, _FIRST, ask, say)
    protocol, link = str(given["protocol"]), str(given["link"])
    given |= _several(Answers, _OF_LINK.get(link, _OF_LINK["rtu"]), ask, say)
    given |= _several(Answers, _OF_PROTOCOL.get(protocol, ()), ask, say)
    given["channels"] = _channels(protocol, ask, say)
    given |= _several(Answers, _LAST, ask, say)
    if capture := _capture(protocol, [channel["name"] for channel in given["channels"]], ask, say):
        given["capture"] = capture
    return validate(given, Answers, "the answers")


def _channels(protocol: str, ask: Ask, say: Say) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = []
    while name := _one(NewChannel, "name", ask, say, optional=bool(channels)):
        channels.append({"name": name, **_several(NewChannel, _OF_CHANNEL.get(protocol, ("unit",)), ask, say)})
        say("The next channel; nothing ends the list.")
    return channels


def _capture(protocol: str, names: Iterable[str], ask: Ask, say: Say) -> dict[str, Any]:
    form = "_text" if protocol == "lines" else ""
    response = _one(Capture, f"response{form}", ask, say, optional=True)
    if not response:
        return {}
    request = _one(Capture, f"request{form}", ask, say, optional=True)
    source = _one(Capture, "source", ask, say)
    shown = {
        name: text for name in names if (text := ask(f"What did the display show for {name}? [not seen]: ").strip())
    }
    given = {f"response{form}": response, f"request{form}": request, "source": source, "shown": shown}
    return {key: value for key, value in given.items() if value}


def _several(model: type[BaseModel], keys: Iterable[str], ask: Ask, say: Say) -> dict[str, Any]:
    answered = {key: _one(model, key, ask, say) for key in keys}
    return {key: answer for key, answer in answered.items() if answer != ""}


def _one(model: type[BaseModel], key: str, ask: Ask, say: Say, *, optional: bool = False) -> str:
    """Ask one question until the answer alone makes sense; empty for what has a default."""
    info = model.model_fields[key]
    missing = info.default is PydanticUndefined and not optional
    usual = "" if info.default in (PydanticUndefined, None, "", b"") else f" [{info.default}]"
    while True:
        answer = ask(f"{info.description}{usual}: ").strip().replace("\\r", "\r").replace("\\n", "\n")
        if not answer:
            if not missing:
                return ""
            say("This must be answered.")
            continue
        fault = _fault(model, key, answer)
        if fault is None:
            return answer
        say(fault)


def _fault(model: type[BaseModel], key: str, answer: str) -> str | None:
    """What is wrong about one answer, whatever else is still missing."""
    try:
        validate({key: answer}, model, key)
    except SettingsError as error:
        own = [line for line in str(error).splitlines() if line.startswith(f"{key}: {key}")]
        return own[0].removeprefix(f"{key}: ") if own else None
    return None
