"""A running gateway holds little: nothing is imported that it never uses, and what only starting needed is given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deploy.stack.service import ROOT
from gateway_agent import memory
from gateway_agent.memory import give_back

UNUSED = (
    "aiohttp",
    "cryptography.x509",
    "cyclopts",
    "hypothesis",
    "pymodbus",
    "rich",
    "ruamel",
    "store",
    "ingest",
    "api",
)
MAPS = """\
55d0c0a00000-55d0c0a01000 r-xp 00001000 fe:01 1049 /usr/bin/python3.13
7f0000000000-7f0000100000 r--p 00000000 fe:01 1050 /usr/lib/libssl.so
7f0000100000-7f0000180000 r-xp 00100000 fe:01 1050 /usr/lib/libssl.so
7f0000200000-7f0000300000 rw-p 00000000 00:00 0
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]
"""


def test_a_running_gateway_imports_nothing_that_it_never_uses() -> None:
    code = (
        "import sys\nfrom deploy.gateway_process import UNUSED\nsys.modules.update(dict.fromkeys(UNUSED))\n"
        "import deploy.service_runner, gateway_agent.agent\nprint(*[m for m in sys.modules if sys.modules[m]])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert [m for m in loaded if m.startswith(UNUSED)] == []


def test_only_mapped_code_is_unmapped() -> None:
    assert list(memory._code(MAPS)) == [
        (0x55D0C0A00000, 0x55D0C0A01000),
        (0x7F0000100000, 0x7F0000180000),
    ]


def test_the_process_goes_on_with_less_after_giving_back() -> None:
    code = (
        "from pathlib import Path\nimport gateway_agent.agent\nfrom gateway_agent.memory import give_back\n"
        "def kib(): return int(Path('/proc/self/statm').read_text().split()[1]) * 4\n"
        "before = kib()\ngive_back()\nafter = kib()\nimport json, ssl, numpy, sqlite3\n"
        "assert json.loads('[1]') == [1] and numpy.arange(3).sum() == 3 and ssl.create_default_context()\n"
        "print(before - after)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 1024, "KiB less, at least"


def test_giving_back_needs_no_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_LIBC", None)
    monkeypatch.setattr(memory, "_code", lambda _maps: iter(()))
    give_back()
