"""Mirrors are taken from the machine's own apt sources, in every form in which Debian and Raspberry Pi OS write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.stack.debian_sources import parse_deb822, parse_one_line, read_sources

if TYPE_CHECKING:
    from pathlib import Path

BOOKWORM = """\
Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
TRIXIE_DISABLED = """\
Enabled: no
Types: deb
URIs: http://off.example/debian/
Suites: trixie
Components: main

Types: deb deb-src
URIs: mirror+file:///etc/apt/mirrors/debian.list
Suites: trixie trixie-updates trixie-backports
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 -----END PGP PUBLIC KEY BLOCK-----
"""
RASPBERRY_PI = """\
# deb http://old.example/debian buster main
deb http://mirror.example/debian bookworm main contrib non-free non-free-firmware
deb http://security.example/debian-security bookworm-security main
deb [ signed-by=/usr/share/keyrings/raspberrypi-archive-keyring.gpg ] http://raspberry.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
"""


def test_deb822_gives_the_archive_and_not_the_security_mirror() -> None:
    assert parse_deb822(BOOKWORM) == [(0, "http://mirror.example/debian")]


def test_deb822_skips_what_is_disabled_and_reads_folded_fields() -> None:
    assert parse_deb822(TRIXIE_DISABLED) == [(2, "mirror+file:///etc/apt/mirrors/debian.list")]


def test_one_line_form_with_options_comments_and_media() -> None:
    assert parse_one_line(RASPBERRY_PI) == [(1, "http://mirror.example/debian"), (2, "http://raspberry.example/debian")]


def test_every_file_is_read_and_debians_own_comes_first(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(RASPBERRY_PI)
    (parts / "debian.sources").write_text(BOOKWORM)
    (parts / "other.list.disabled").write_text("deb http://never.example/debian trixie main")
    assert read_sources(tmp_path) == ["http://mirror.example/debian", "http://raspberry.example/debian"]


def test_a_machine_without_apt_has_no_mirrors(tmp_path: Path) -> None:
    assert read_sources(tmp_path) == []
