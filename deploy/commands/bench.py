"""`antoan bench GROUP`: run one group of benchmarks and print what it reached beside its bar."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from deploy.commands.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable


def bench(group: str, /, *, json_output: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """Run a group of benchmarks: several rounds, each ratio against its own limit measured in the same run.

    Parameters
    ----------
    group
        ingest, wire, storage, alerts, exposure or gateway.
    json_output
        Print one JSON object, last, instead of a table.
    """
    results = _load(group)(_progress)
    if json_output:
        print(json.dumps({"bench": group, "results": results}))  # noqa: T201
    else:
        _show(results)


def _load(group: str) -> Callable[[Callable[[str], None]], list[dict[str, Any]]]:
    try:
        import benchmarks
    except ModuleNotFoundError:
        sys.exit("antoan: benchmarks are in the source repository, not in the installed package")
    groups = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name[0] != "_")
    if group not in groups:
        sys.exit(f"antoan: no benchmark group {group!r}; there are: {', '.join(groups)}")
    run: Callable[[Callable[[str], None]], list[dict[str, Any]]] = importlib.import_module(f"benchmarks.{group}").run
    return run


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _show(results: list[dict[str, Any]]) -> None:
    head = ("measure", "reached", "bar", "unit", "rounds")
    print_table(head, [_row(result) for result in results])


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    rounds = " ".join(f"{value:.3g}" for value in result["rounds"])
    return result["name"], f"{result['value']:.3g}", str(result["bar"]), result["unit"], rounds
