"""Holds the rules of the house: who may import whom (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = [
    "telemetry", "exposure", "firmware_profiles", "store", "alerts", "gateway_agent", "ingest", "api", "deploy",
]  # fmt: skip
FORBIDDEN = {
    "telemetry": set(FLOORS) - {"telemetry"},
    "exposure": set(FLOORS) - {"exposure"},
    "alerts/engine": set(FLOORS) - {"telemetry", "exposure", "alerts"},
    "gateway_agent": {"store", "ingest", "api"},
    "ingest": {"alerts", "api"},
    "alerts": {"ingest", "api"},
    "api": {"ingest"},
}
SERVICES_OF_ITS_OWN = {"api": {"alerts.service"}}
THIRD_PARTY_A_GATEWAY_LACKS = {"asyncpg", "argon2", "aiosmtplib", "prometheus_client"}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(folder: str, pattern: str = "*.py") -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob(pattern) if "node_modules" not in path.parts)


def offences(folder: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in room(folder)
        for name in sorted(imports_of(path))
        if any(name == prefix or name.startswith(f"{prefix}.") for prefix in forbidden)
    ]


@pytest.mark.parametrize("folder", FLOORS)
def test_every_room_of_the_house_exists_and_holds_code(folder: str) -> None:
    assert (ROOT / folder / "__init__.py").is_file()


@pytest.mark.parametrize("folder", FLOORS)
def test_a_floor_imports_only_from_floors_above_it(folder: str) -> None:
    below = set(FLOORS[FLOORS.index(folder) + 1 :])
    assert offences(folder, below) == []


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_room_keeps_its_own_rule(folder: str) -> None:
    assert offences(folder, FORBIDDEN[folder]) == []


def test_the_page_never_imports_the_alert_service() -> None:
    assert offences("api", SERVICES_OF_ITS_OWN["api"]) == []


def test_the_engine_of_alerts_imports_no_other_part_of_alerts() -> None:
    outside = {
        name
        for path in room("alerts/engine")
        for name in imports_of(path)
        if name.startswith("alerts") and not name.startswith("alerts.engine")
    }
    assert outside == set()


def test_the_gateway_uses_only_the_engine_of_alerts() -> None:
    used = {name for path in room("gateway_agent") for name in imports_of(path) if name.split(".")[0] == "alerts"}
    assert {name for name in used if not name.startswith("alerts.engine")} == set()


@pytest.mark.parametrize("folder", ["telemetry", "exposure", "firmware_profiles", "alerts/engine", "gateway_agent"])
def test_what_a_gateway_installs_needs_no_package_of_the_server(folder: str) -> None:
    assert offences(folder, THIRD_PARTY_A_GATEWAY_LACKS) == []


def test_only_the_store_owns_sql_and_the_gateway_only_that_of_its_spool() -> None:
    folders = {path.relative_to(ROOT).parent.as_posix() for floor in FLOORS for path in room(floor, "*.sql")}
    assert {folder for folder in folders if folder.split("/")[0] != "store"} <= {"gateway_agent/spool"}
