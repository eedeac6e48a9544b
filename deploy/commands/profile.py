"""`antoan profile …`: look at instrument profiles, prove one against its cases, decode captured bytes."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from deploy.commands.spoken import spoken
from deploy.commands.tables import print_table

if TYPE_CHECKING:
    from firmware_profiles.schema import Profile

app = App(
    name="profile",
    help="Instrument profiles: list, show, check, decode captured bytes, try on a wire, write a new one.",
)
_Json = Annotated[bool, Parameter(name="--json", negative="")]


@app.command(name="list")
def list_profiles(*, json_output: _Json = False) -> None:
    """Every instrument that can be read, with what may be concluded from it.

    Example: `./antoan profile list`

    Parameters
    ----------
    json_output
        Print a JSON array of objects instead of a table.
    """
    from firmware_profiles.loader import claims, folders, load_folder

    rows = [
        {"id": name, "maker": p.maker, "model": p.model, "use": p.judgement.use, "summary": p.summary}
        for p in (load_folder(folder).profile for folder in folders())
        for name in claims(p)
    ]
    rows.sort(key=lambda row: row["id"])
    if json_output:
        print(json.dumps(rows, ensure_ascii=False))  # noqa: T201
    else:
        print_table(("id", "maker", "model", "use", "what it is"), [tuple(row.values()) for row in rows])


@app.command
def show(profile: str, /, *, variant: str | None = None, json_output: _Json = False) -> None:
    """What one instrument measures, how it is asked, and what is not confirmed about it.

    Example: `./antoan profile show sensirion.scd30`

    Parameters
    ----------
    profile
        Its id, `maker.model`.
    variant
        A variant of it, worked in.
    json_output
        Print the whole profile as JSON.
    """
    found = _load(profile, variant)
    if json_output:
        print(found.model_dump_json(by_alias=True, exclude_defaults=True))  # noqa: T201
        return
    links = ", ".join(f"{name}: {i.protocol} on {i.links[0].kind}" for name, i in found.interfaces.items())
    lines = [f"{found.maker} {found.model} ({found.id})", found.summary, f"spoken  {links}"]
    lines += [f"use     {found.judgement.use} {found.judgement.accuracy_class}".rstrip()]
    lines += [f"variant {name}: {v.summary}" for name, v in found.variants.items()]
    lines += [f"note    {note}" for note in found.notes]
    lines += [f"not confirmed: {fact}" for fact in found.provenance.unverified]
    print("\n".join(lines))  # noqa: T201
    rows = [(name, c.quantity, c.shown_unit, f"10^{c.exponent}", c.role) for name, c in found.channels.items()]
    print_table(("channel", "quantity", "unit", "resolution", "role"), rows)


@app.command
def check(folder: Path, /) -> None:
    """Load the profile in a folder with all its variants, and run its cases; ends with 1 when one fails.

    Example: `./antoan profile check firmware_profiles/sensirion_scd30`

    Parameters
    ----------
    folder
        The folder with profile.yaml, README.md and cases/.
    """
    from firmware_profiles.cases import case_files, run_case
    from firmware_profiles.loader import UnknownProfileError, load_folder

    with spoken(OSError, UnknownProfileError):
        found = load_folder(folder).profile
        for variant in found.variants:
            load_folder(folder, variant)
        faults = {path.name: run_case(path) for path in case_files(folder)}
    if not faults:
        sys.exit(f"antoan: {folder} has no cases; a profile is trusted once its cases pass")
    failed = {name: wrong for name, wrong in faults.items() if wrong}
    for name, wrong in failed.items():
        print(f"{name}: {'; '.join(wrong)}")  # noqa: T201
    print(f"{found.id}: {len(faults) - len(failed)} of {len(faults)} cases pass")  # noqa: T201
    if failed:
        sys.exit(1)


@app.command
def decode(
    profile: str,
    response: str | None = None,
    *,
    variant: str | None = None,
    request: str = "",
    text: Annotated[bool, Parameter(negative="")] = False,
    frames: str | None = None,
    json_output: _Json = False,
) -> None:
    r"""Turn captured bytes into readings, or into the kind of error that they are.

    Example: `./antoan profile decode sensirion.sht4x --request FD --response "BE EF 92 BE EF 92" --json`

    Parameters
    ----------
    profile
        The instrument's id, `maker.model`.
    response
        What came back, as hex; with `--text` as text. Without it, the request alone is proven (`checksum_ok`).
    variant
        Variant of the profile.
    request
        What was asked, as hex; with `--text` as text. Says which of several answers this is; may be left out where one can tell.
    text
        Request and response are text; `\r`, `\n` and `\x02` may be written for what cannot be typed.
    frames
        Instead of bytes, a JSON array: files of the kernel, counts of pulses, a tone.
    json_output
        Print one JSON object: `values` by channel, or `error` with its kind and a message.
    """
    from deploy.profiles.captures import CaptureError
    from deploy.profiles.explain import explain_variants

    found = _load(profile, variant)
    kin = [_load(profile, name) for name, v in found.variants.items() if v.id is None] if variant is None else []
    with spoken(CaptureError):
        result = explain_variants(found, kin, request, response, text=text, frames=frames)
    if json_output:
        print(json.dumps(result, ensure_ascii=False))  # noqa: T201
    elif "error" in result:
        print(f"{result['error']['kind']}: {result['error']['message']}")  # noqa: T201
    else:
        rows = [(name, str(v["value"]), v["unit"], v["quality"]) for name, v in result["values"].items()]
        print_table(("channel", "value", "unit", "quality"), rows)


@app.command(name="try")
def try_profile(
    profile: str,
    /,
    *,
    port: str | None = None,
    host: str | None = None,
    tcp_port: int | None = None,
    i2c: str | None = None,
    sysfs: str | None = None,
    variant: str | None = None,
    address: int | None = None,
    baud: int | None = None,
    parity: Literal["none", "even", "odd"] | None = None,
    stop_bits: Literal[1, 2] | None = None,
    samples: int = 3,
    pause_s: float | None = None,
) -> None:
    """Talk to a real instrument and say in words what it answers; ends with 1 when it cannot be used like this.

    Of numbers in several Modbus registers all four word orders are shown side by side.

    Example: `./antoan profile try honeywell.midas --host 192.168.1.50 --variant co`,
    `./antoan profile try pce.wb20sd --port /dev/serial/by-id/usb-1234`

    Parameters
    ----------
    profile
        Its id, `maker.model`.
    port
        The serial port, by its stable path.
    host
        Name or address, for an instrument or a serial server on the network.
    tcp_port
        TCP port; the profile's when absent.
    i2c
        The I2C bus: /dev/i2c-1.
    sysfs
        Folder of a device that the kernel reads.
    variant
        Variant of the profile.
    address
        Bus address; the profile's when absent.
    baud
        Overrides the profile's baud rate.
    parity
        Overrides the profile's parity.
    stop_bits
        Overrides the profile's stop bits.
    samples
        How often to ask.
    pause_s
        Seconds between two samples; the profile's period when absent.
    """
    from deploy.profiles.trial import told, try_instrument
    from gateway_agent.drivers.base import DriverError
    from gateway_agent.drivers.settings import InstrumentSettings
    from telemetry.strict import validate

    _load(profile, variant)
    wires: list[tuple[str | None, dict[str, object]]] = [
        (port, {"serial": port, "baud": baud, "parity": parity, "stop_bits": stop_bits}),
        (host, {"host": host, "port": tcp_port}),
        (i2c, {"i2c": i2c}),
        (sysfs, {"sysfs": sysfs}),
    ]
    chosen = [{k: v for k, v in given.items() if v is not None} for where, given in wires if where is not None]
    if len(chosen) != 1:
        sys.exit("antoan: say where it is: one of --port, --host, --i2c, --sysfs")
    given = {"name": "trial", "profile": profile, "variant": variant, "connection": chosen[0], "address": address}
    settings = validate(given, InstrumentSettings, "antoan profile try")
    with spoken(DriverError):
        found, trial = asyncio.run(try_instrument(settings, max(1, samples), pause_s))
    print("\n".join(told(found, settings, trial)))  # noqa: T201
    if not trial.good:
        sys.exit(1)


@app.command
def new(*, answers: Path | None = None, to: Path | None = None) -> None:
    """Write the folder of a new instrument: asks for everything, or reads the answers from a file.

    What is written is a profile, a README with a wiring table, and a first case from a captured answer. The case is run at once.

    Example: `./antoan profile new`, `./antoan profile new --answers th2.yaml --to /etc/antoan/profiles`

    Parameters
    ----------
    answers
        A YAML file with the answers, instead of being asked.
    to
        The folder in which the new one is made; the profiles of this installation when absent.
    """
    from deploy.profiles.answers import Answers
    from deploy.profiles.asking import ask_all
    from deploy.profiles.writing import FolderExistsError, write_folder
    from firmware_profiles.decoding.results import DecodeError
    from firmware_profiles.loader import PROFILES
    from telemetry.strict import parse_yaml

    with spoken(OSError, EOFError, FolderExistsError, DecodeError):
        given = (
            ask_all(input, print) if answers is None else parse_yaml(answers.read_text("utf-8"), Answers, str(answers))
        )
        folder = write_folder(given, to or PROFILES)
    print(f"{given.id} is written to {folder}")  # noqa: T201
    print(f"Try it: ./antoan profile try {given.id} ...; add cases from what it sends.")  # noqa: T201
    if given.capture is not None:
        check(folder)


def _load(profile: str, variant: str | None) -> Profile:
    from firmware_profiles.loader import UnknownProfileError, load

    with spoken(UnknownProfileError):
        return load(profile, variant).profile
