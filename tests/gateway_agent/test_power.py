"""Undervoltage stands in the chain when it begins, when it came and went between two looks, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway_agent.power import Supply

if TYPE_CHECKING:
    from pathlib import Path


def test_each_change_of_the_supply_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "get_throttled"
    supply = Supply(file)
    said = []
    for word in ("0", "0", "50005", "50005", "50000", "50000", "d0000"):
        file.write_text(f"{word}\n")
        said.append(supply.look())
    assert said == [
        None,
        None,
        "supply: undervoltage, throttled",
        None,
        "supply: good again",
        None,
        "supply: too hot since boot",
    ]


def test_a_fault_is_shown_while_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "get_throttled"
    supply = Supply(file)
    file.write_text("1")
    supply.look()
    assert "undervoltage" in supply.fault
    file.write_text("10000")
    supply.look()
    assert supply.fault == ""


def test_a_machine_without_such_firmware_tells_nothing(tmp_path: Path) -> None:
    supply = Supply(tmp_path / "none")
    assert supply.look() is None
    assert supply.fault == ""
