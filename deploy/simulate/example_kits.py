"""The kits that come with the program: scenarios to try a gateway, a rule or a page on."""

from __future__ import annotations

from pathlib import Path

from telemetry.strict import nearest

KITS = Path(__file__).parent / "kits"


def examples() -> dict[str, str]:
    """The example kits by name, each with the first line of its file."""
    return {path.stem: path.read_text("utf-8").partition("\n")[0].lstrip("# ") for path in sorted(KITS.glob("*.yaml"))}


def find(kit: str) -> tuple[Path, Path | None]:
    """The file of a kit, and where its ports go if not where the file says. Raises ValueError for an unknown name."""
    if Path(kit).suffix:
        return Path(kit), None
    if kit not in examples():
        raise ValueError(f"no example kit is named {kit!r}; {nearest(kit, list(examples()))}")
    return KITS / f"{kit}.yaml", Path.cwd() / "ports"
