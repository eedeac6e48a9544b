"""What the command line prints can be read by a person, and by grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.commands.tables import print_table

if TYPE_CHECKING:
    import pytest


def test_a_pipe_gets_one_whole_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("id", "what"), [("vn.qcvn_24_2016.laeq", "a sentence " * 30), ("us.[ppm]", "x")])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "." in line] == ["vn.qcvn_24_2016.laeq", "us.[ppm]"]
    assert sum("a sentence" in line for line in lines) == 1


def test_a_narrow_terminal_cuts_no_name(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")
    print_table(("id", "what"), [("vn.qcvn_24_2016.laeq_by_duration", "a sentence " * 30)])
    assert "vn.qcvn_24_2016.laeq_by_duration" in capsys.readouterr().out
