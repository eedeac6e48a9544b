"""What became of the readings: counters that are kept with the entries, and `state.json` that shows them.

Definitions, so that a kill at any moment can be judged:

    sampled    readings that drivers handed over and that stand in the journal or in an entry. A reading counts from the moment
               the process has written it to the journal file, so the kernel has it: a `kill -9` loses none. A power cut may take
               those since the last seal; they were never fsynced, never published, and are then not in `sampled` either, for
               `sampled` is restored from what is found.
    sealed     readings in entries that are on disk (fsynced), whole epochs together. What is sealed is promised.
    committed  of these, readings in entries that the server has committed, by digest.
    lost       readings that were sampled and then given up, because the disk took nothing for hours or the spool's bound was
               reached before the server had them; each loss stands in a signed `lost` event too.

Always: sampled = sealed + waiting for the next seal + given up before sealing, and committed <= sealed. `sampled` and `sealed` grow only.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(slots=True)
class Accounts:
    """The counters; `sampled` is the number of the last journaled reading."""

    sampled: int = 0
    sealed: int = 0
    sealed_number: int = 0
    """Number of the last reading that was sealed or given up: the journal's readings above it are unsealed."""
    given_up: int = 0
    """Readings lost before they were sealed."""
    trimmed_lost: int = 0
    """Readings in entries that left the spool before the server had them."""
    committed: int = 0

    @classmethod
    def load(cls, counters: Mapping[str, int]) -> Accounts:
        """From the spool's counters."""
        return cls(
            sampled=counters.get("sealed_number", 0),
            sealed=counters.get("sealed", 0),
            sealed_number=counters.get("sealed_number", 0),
            given_up=counters.get("given_up", 0),
            trimmed_lost=counters.get("trimmed_lost", 0),
        )

    def counters(self) -> dict[str, int]:
        """What is written with each entry."""
        return {
            "sealed": self.sealed,
            "sealed_number": self.sealed_number,
            "given_up": self.given_up,
            "trimmed_lost": self.trimmed_lost,
        }

    @property
    def lost(self) -> int:
        """Readings given up, before and after sealing."""
        return self.given_up + self.trimmed_lost


def write_state(path: Path, state: Mapping[str, object]) -> None:
    """Replace state.json in one step: a reader sees the old or the new one, never half. Raises OSError."""
    text = json.dumps(state, indent=1) + "\n"
    draft = path.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, path)  # noqa: PTH105  (the same thing, and says that it is atomic)
