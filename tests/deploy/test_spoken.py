"""What a person can mend is a sentence; what is our fault keeps its traceback."""

import pytest

from deploy.commands.spoken import spoken


def test_an_error_of_one_of_several_tasks_is_a_sentence() -> None:
    with pytest.raises(SystemExit, match="antoan: the port is taken"), spoken(OSError):
        raise ExceptionGroup("tasks", [ExceptionGroup("more", [OSError("the port is taken")])])


def test_a_fault_of_ours_among_them_keeps_its_traceback() -> None:
    with pytest.raises(ExceptionGroup), spoken(OSError):
        raise ExceptionGroup("tasks", [OSError("the port is taken"), ZeroDivisionError()])
