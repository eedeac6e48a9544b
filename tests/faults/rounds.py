"""The long form of the fault tests: random faults at random moments for as many rounds as asked, with a seed and a tally."""

from __future__ import annotations

import asyncio
import random
import secrets
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from deploy.stack.debian import SERVER, ensure
from deploy.stack.errors import StackError
from tests.faults.kinds import LONG
from tests.faults.world import Account, World


def main(rounds: int, seed: int | None) -> int:
    """Run so many rounds; prints the seed, a line per round, and the tally. Returns the exit status: 1 at the first disagreement."""
    chosen = secrets.randbelow(1 << 31) if seed is None else seed
    _say(f"seed {chosen}: repeat with --seed {chosen}")
    folder = Path(tempfile.mkdtemp(prefix="antoan-faults-"))
    folder.chmod(0o711)
    held, account = asyncio.run(_rounds(folder, rounds, random.Random(chosen)))  # noqa: S311  (repeatable)
    for kind, times in sorted(held.items()):
        _say(f"  {kind:<20} {times:>4}")
    done = held.total()
    if account is not None:
        _say(
            f"{account.sampled} readings sampled, each recorded once; {account.entries} entries, {account.chains} chains"
        )
    _say(f"{done} of {rounds} rounds held")
    if done < rounds:
        _say(f"logs and data are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _rounds(folder: Path, rounds: int, moments: random.Random) -> tuple[Counter[str], Account | None]:
    world, held, account = World(ensure(SERVER), folder), Counter[str](), None
    kinds: list[str] = []
    try:
        await world.start()
        for number in range(1, rounds + 1):
            kinds = kinds or moments.sample([*LONG], len(LONG))
            kind = kinds.pop()
            begin = time.monotonic()
            await world.measure(moments.randint(10, 60))
            await LONG[kind](world, moments)
            account = await world.account()
            held[kind] += 1
            took = time.monotonic() - begin
            _say(f"{number:>5} {kind:<20} held in {took:5.1f} s; {account.sampled} readings")
    except (AssertionError, StackError, OSError) as error:
        _say(f"round failed: {error}")
    finally:
        await world.stop()
    return held, account


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  (a command's output)
