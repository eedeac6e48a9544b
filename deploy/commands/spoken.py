"""Errors that a person can do something about are shown as a sentence, not as a traceback."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def spoken(*errors: type[Exception]) -> Iterator[None]:
    """End the program with the message of one of `errors`; any other is a fault of ours and keeps its traceback."""
    try:
        yield
    except errors as error:
        sys.exit(f"antoan: {error}")
    except ExceptionGroup as group:  # of tasks that ran together
        _, faults = group.split(errors)
        if faults is not None:
            raise
        sys.exit("\n".join(f"antoan: {error}" for error in _leaves(group)))


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
