"""A checker for as much CDDL (RFC 8610) as docs/wire.md uses: enough to hold messages against the document.

Rules, arrays with occurrences and groups, maps with integer keys, choices, ranges, literals, `.size`, `.cbor`, `.regexp`, tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cbor2

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(
    r';[^\n]*|#6\.\d+|\d*\*\d*(?!\w)|-?\d+\.\.-?\d+|-?\d+|"[^"]*"|\.?[a-zA-Z][\w-]*|[=/\[\](){},:]'
)
_PRELUDE: Final = {
    "int": lambda v: type(v) is int,
    "uint": lambda v: type(v) is int and v >= 0,
    "bstr": lambda v: isinstance(v, bytes),
    "tstr": lambda v: isinstance(v, str),
    "null": lambda v: v is None,
}


@dataclass(frozen=True)
class Node:
    """A piece of grammar; `kind` says what `parts` are."""

    kind: str
    parts: tuple[Any, ...]


class Cddl:
    """The rules of a document."""

    def __init__(self, text: str) -> None:
        self._tokens = [token for token in _TOKEN.findall(text) if not token.startswith(";")]
        self._at = 0
        self.rules: dict[str, Node] = {}
        while self._at < len(self._tokens):
            name = self._take()
            self._expect("=")
            self.rules[name] = self._choice()

    def matches(self, rule: str, value: object) -> bool:
        """Whether a decoded value is what the rule says."""
        return self._match(self.rules[rule], value)

    def _take(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1])

    def _peek(self, ahead: int = 0) -> str:
        return self._tokens[self._at + ahead] if self._at + ahead < len(self._tokens) else ""

    def _expect(self, token: str) -> None:
        found = self._take()
        assert found == token, f"{token!r} expected, {found!r} found at {self._tokens[self._at - 8 : self._at]}"

    def _choice(self) -> Node:
        options = [self._control()]
        while self._peek() == "/":
            self._take()
            options.append(self._control())
        return options[0] if len(options) == 1 else Node("choice", tuple(options))

    def _control(self) -> Node:
        node = self._primary()
        while self._peek() in (".size", ".cbor", ".regexp"):
            control = self._take()[1:]
            node = Node(control, (node, self._primary()))
        return node

    def _primary(self) -> Node:  # noqa: PLR0911  (a line per kind)
        token = self._take()
        if token == "[":
            return Node("array", tuple(self._members("]")))
        if token == "{":
            return Node("map", tuple(self._members("}")))
        if token == "(":
            return Node("group", tuple(self._members(")")))
        if token.startswith("#6."):
            self._expect("(")
            inner = self._choice()
            self._expect(")")
            return Node("tag", (int(token[3:]), inner))
        if ".." in token:
            low, high = token.split("..")
            return Node("range", (int(low), int(high)))
        if token.lstrip("-").isdigit():
            return Node("literal", (int(token),))
        return Node("text", (token[1:-1],)) if token[0] == '"' else Node("name", (token,))

    def _members(self, end: str) -> Iterator[tuple[int, float, str, Node]]:
        """(least, most, key, type) of each member."""
        while self._peek() != end:
            least, most, key = 1, 1.0, ""
            if "*" in self._peek():
                low, high = self._take().split("*")
                least, most = int(low or 0), float(high or "inf")
            if self._peek(1) == ":":
                key = self._take()
                self._take()
            yield least, most, key, self._choice()
            if self._peek() == ",":
                self._take()
        self._take()

    def _match(self, node: Node, value: Any) -> bool:  # noqa: ANN401
        if node.kind == "choice":
            return any(self._match(option, value) for option in node.parts)
        if node.kind == "array":
            return isinstance(value, list) and len(value) in self._sequence(node.parts, value, 0)
        if node.kind == "map":
            wanted = {int(key): kind for _, _, key, kind in node.parts}
            keys = isinstance(value, dict) and set(value) == set(wanted)
            return keys and all(self._match(wanted[key], value[key]) for key in value)
        if node.kind == "tag":
            tagged = isinstance(value, cbor2.CBORTag) and value.tag == node.parts[0]
            return tagged and self._match(node.parts[1], value.value)
        if node.kind in ("size", "cbor", "regexp"):
            return self._match(node.parts[0], value) and self._controlled(node.kind, node.parts[1], value)
        return self._simple(node, value)

    def _simple(self, node: Node, value: Any) -> bool:  # noqa: ANN401
        if node.kind == "range":
            return type(value) is int and node.parts[0] <= value <= node.parts[1]
        if node.kind in ("literal", "text"):
            return type(value) is type(node.parts[0]) and value == node.parts[0]
        if node.kind == "group":  # a parenthesised type
            return self._match(node.parts[0][3], value)
        name = node.parts[0]
        return _PRELUDE[name](value) if name in _PRELUDE else self._match(self.rules[name], value)

    def _controlled(self, control: str, argument: Node, value: Any) -> bool:  # noqa: ANN401
        if control == "size":
            return bool(len(value) == argument.parts[0])
        if control == "regexp":
            return bool(re.fullmatch(argument.parts[0], value))
        return self._match(argument, cbor2.loads(value))

    def _sequence(self, members: tuple[tuple[int, float, str, Node], ...], items: list[Any], start: int) -> set[int]:
        """The places in `items` that the members can reach from `start`."""
        places = {start}
        for least, most, _, kind in members:
            reached, count, ends = places, 0, places if least == 0 else set()
            while reached and count < most:
                reached = {end for place in reached for end in self._one(kind, items, place)}
                count += 1
                if count >= least:
                    ends = ends | reached
            places = ends
        return places

    def _one(self, kind: Node, items: list[Any], place: int) -> set[int]:
        if kind.kind == "group" and len(kind.parts) > 1:
            return self._sequence(kind.parts, items, place)
        return {place + 1} if place < len(items) and self._match(kind, items[place]) else set()


def read_document(markdown: str) -> Cddl:
    """The rules of all `cddl` blocks of a document."""
    return Cddl("\n".join(re.findall(r"```cddl\n(.*?)```", markdown, re.DOTALL)))
