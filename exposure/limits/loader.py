"""Limit sets from package data: `<jurisdiction>/<text>.yaml`. YAML 1.2, duplicate keys refused."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from exposure.limits.book import Book
from exposure.limits.schema import Agent, LimitSet
from exposure.limits.strict import LimitError, Strict, checked


class _Agents(Strict):
    """agents.yaml."""

    agents: dict[str, Agent]


def parse_set(text: str, where: str) -> LimitSet:
    """A limit set from YAML. Raises LimitError that names every fault; `where` stands before each."""
    found = checked(LimitSet, _plain(text, where), where)
    assert isinstance(found, LimitSet)  # noqa: S101  (what `checked` returns)
    return found


def _plain(text: str, where: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise LimitError(f"{where}: {error}") from error


@cache
def book() -> Book:
    """All limits that come with the platform. Read once: YAML is slow."""
    root = files("exposure.limits")
    agents = checked(_Agents, _plain(root.joinpath("agents.yaml").read_text("utf-8"), "agents.yaml"), "agents.yaml")
    sets = {
        f"{folder.name}.{file.name.removesuffix('.yaml')}": parse_set(
            file.read_text("utf-8"), f"{folder.name}/{file.name}"
        )
        for folder in sorted(root.iterdir(), key=lambda path: path.name)
        if folder.is_dir()
        for file in sorted(folder.iterdir(), key=lambda path: path.name)
        if file.name.endswith(".yaml")
    }
    return Book(sets, agents.agents)


def own_book(text: str, where: str, set_id: str = "own.set") -> Book:
    """A set of somebody's own beside those of the platform. Raises LimitError for any fault, unknown agents included."""
    return book().with_sets({set_id: parse_set(text, where)})
