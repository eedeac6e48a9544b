"""`antoan gateway doctor`, `install` and `uninstall`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deploy.commands.spoken import spoken


def doctor(
    *,
    config: Annotated[Path, Parameter(name="--config", help="The gateway's settings file.")],
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Look at ports, permissions, clock, disk, power, broker and certificate, and say what to do. Ends with 1 if something is bad.

    Example: `sudo -u antoan-gateway ./antoan gateway doctor --config /etc/antoan/gateway.yaml`
    """
    import json
    from dataclasses import asdict

    from deploy.service_runner import read_settings
    from gateway_agent.doctor import State, examine
    from gateway_agent.settings import GatewaySettings

    findings = examine(read_settings(config, GatewaySettings))
    if json_output:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))  # noqa: T201
    else:
        for finding in findings:
            sign = {"good": "✓", "warning": "!", "bad": "✗"}[finding.state]
            cure = f"\n    → {finding.cure}" if finding.cure else ""
            print(f"{sign} {finding.what}: {finding.seen}{cure}")  # noqa: T201
    sys.exit(any(finding.state is State.BAD for finding in findings))


def install(
    *,
    root: Path = Path("/"),
    home: Path | None = None,
    gateway: str = "kit00000000",
    dry_run: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Install the gateway on this Raspberry Pi: a user of its own, a systemd unit with watchdog and sandbox, settings, compiled code.

    Settings, keys and spool that are there already stay as they are.

    Example: `sudo ./antoan gateway install --gateway kitthanhtra1`

    Parameters
    ----------
    root
        Folder to install below, for images and tests; nothing of the running system is touched then.
    home
        Where this program lies on the kit; its own folder when left out.
    gateway
        The kit's id, for a settings file that is not there yet.
    dry_run
        Say what would be written, and write nothing.
    """
    from subprocess import CalledProcessError

    from deploy import kit_install
    from deploy.service_runner import read_settings
    from gateway_agent.settings import GatewaySettings

    if root == Path("/") and not dry_run and os.geteuid() != 0:
        sys.exit("antoan: installing into / needs root: sudo ./antoan gateway install")
    place = home or kit_install.ROOT
    config = root / kit_install.SETTINGS
    settings = read_settings(config, GatewaySettings) if config.exists() else None
    with spoken(OSError, CalledProcessError):
        for placed in kit_install.install(root, place, settings, gateway, dry_run=dry_run):
            word = "would write" if dry_run else "written"
            print(f"{word if placed.written else 'left   '} {placed.path}")  # noqa: T201
        if dry_run:
            return
        if root == Path("/"):
            kit_install.activate(place, kit_install.run_command)
    print(  # noqa: T201
        "next: name the instruments in /etc/antoan/gateway.yaml, run this again (groups follow them), enrol, then\n"
        "      sudo systemctl start antoan-gateway; sudo -u antoan-gateway ./antoan gateway doctor --config /etc/antoan/gateway.yaml"
    )


def uninstall(*, root: Path = Path("/")) -> None:
    """Take the gateway's units and rules away. Its settings, keys and spool stay, and so does its user.

    Example: `sudo ./antoan gateway uninstall`

    Parameters
    ----------
    root
        Folder that it was installed below; nothing of the running system is touched then.
    """
    from subprocess import CalledProcessError

    from deploy import kit_install

    live = root == Path("/")
    if live and os.geteuid() != 0:
        sys.exit("antoan: uninstalling from / needs root: sudo ./antoan gateway uninstall")
    with spoken(OSError, CalledProcessError):
        if live:
            kit_install.deactivate(kit_install.run_command)
        for path in kit_install.uninstall(root):
            print(f"removed {path}")  # noqa: T201
        if live:
            kit_install.run_command(["systemctl", "daemon-reload"])
    print("kept: /etc/antoan, /var/lib/antoan-gateway (settings, keys, spool)")  # noqa: T201
