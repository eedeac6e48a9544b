"""What follows from the models is what is committed; the API is as its description says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.generate import COMMAND, generated

if TYPE_CHECKING:

    pass


def test_generated_files_are_those_of_the_models() -> None:
    stale = [str(path) for path, text in generated().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"{', '.join(stale)}: not what the models say; run `{COMMAND}` and commit"
