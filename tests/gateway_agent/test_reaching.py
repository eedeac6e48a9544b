"""A host that cannot be reached is told by what stands in the way, on real sockets; a board by what its kernel says."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

import pytest

from gateway_agent.board import low_voltage, wear, wear_words
from gateway_agent.reaching import connect, why
from tests.gateway_agent.parts import write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_closed_port_refuses() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="refused") as caught:
            connect("127.0.0.1", taken.getsockname()[1])
    assert why(caught.value)[0] == "it refuses the connection"


def test_a_listener_that_says_nothing_is_silent_and_not_unanswering() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, connect("127.0.0.1", mute.getsockname()[1], 0.05) as plain:
        with pytest.raises(TimeoutError) as caught:
            plain.recv(1)
        assert "stays silent" in why(caught.value, connected=True)[0]
        assert why(caught.value)[0] == "it does not answer"


def test_a_name_that_is_not_known_is_not_taken_for_a_dead_host() -> None:
    assert "DNS" in why(socket.gaierror(socket.EAI_NONAME, "unknown"))[0]
    assert "no network" in why(OSError(errno.ENETUNREACH, "unreachable"))[1]


@pytest.mark.parametrize(
    ("life", "words"),
    [("0x01 0x03", "20 to 30 % of its life used"), ("0x0B 0x01", "its rated life is spent")],
)
def test_wear_is_the_worse_of_the_two_estimates(tmp_path: Path, life: str, words: str) -> None:
    write(tmp_path, "sys/block/mmcblk0/device/life_time", f"{life}\n")
    assert [(name, wear_words(steps)) for name, steps in wear(tmp_path)] == [("mmcblk0", words)]


@pytest.mark.parametrize("life", ["0x00 0x00", "none", ""])
def test_a_card_that_does_not_say_is_not_judged(tmp_path: Path, life: str) -> None:
    write(tmp_path, "sys/block/mmcblk0/device/life_time", life)
    assert list(wear(tmp_path)) == []


def test_the_supplys_own_sensor_is_heard_and_no_other(tmp_path: Path) -> None:
    assert low_voltage(tmp_path) is None
    write(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    write(tmp_path, "sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n")
    assert low_voltage(tmp_path) is None
    write(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    write(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    assert low_voltage(tmp_path) is False
    write(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert low_voltage(tmp_path) is True
