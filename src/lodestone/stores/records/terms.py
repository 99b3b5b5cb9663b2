"""Terms of a community: names of tags, domains, surfaces and the like, each with a small code."""

from dataclasses import dataclass, field
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import printable
from lodestone.events.facts import SURFACE_MAX, SURFACES
from lodestone.stores.records.types import TermKind

CODE_MAX: Final = 2**15 - 1
SURFACE_FIRST: Final = 8
"""The first code of a surface that is not built in."""
TERM_LENGTH_MAX: Final = 128


@dataclass(slots=True)
class Terms:
    """The names of a community as one transaction sees them: those known, and those it gives."""

    known: dict[TermKind, dict[str, int]]
    given: dict[TermKind, dict[str, int]] = field(
        default_factory=lambda: {kind: {} for kind in TermKind}
    )
    order: list[TermKind] = field(default_factory=list)

    def code(self, kind: TermKind, text: str) -> int:
        """Return a name's code, giving it the next one at first sight.

        Raises:
            InvalidError: `terms_full`.
        """
        if kind is TermKind.SURFACE and text in SURFACES:
            return SURFACES.index(text)
        code = self.known[kind].get(text)
        if code is None:
            code = self.given[kind].get(text)
        if code is None:
            if not printable(text) or not 1 <= len(text) <= TERM_LENGTH_MAX:
                problem = Problem(
                    kind.name.lower(), f"{text!r} is not 1 to 128 printable characters"
                )
                raise InvalidError("term_invalid", problem.problem, (problem,))
            code = first_code(kind) + len(self.known[kind]) + len(self.given[kind])
            if code > (SURFACE_MAX - 1 if kind is TermKind.SURFACE else CODE_MAX):
                name = kind.name.lower()
                problem = Problem(name, f"{text!r} is one {name} too many for this community")
                raise InvalidError("terms_full", problem.problem, (problem,))
            self.given[kind][text] = code
            self.order.append(kind)
        return code

    def mark(self) -> int:
        """Say how far giving has come, for `back`."""
        return len(self.order)

    def back(self, mark: int) -> None:
        """Take back what was given since a mark, the last first."""
        while len(self.order) > mark:
            self.given[self.order.pop()].popitem()

    def rows(self) -> list[dict[str, object]]:
        """Return the rows to insert for what was given."""
        return [
            {"kind": int(kind), "code": code, "text": text}
            for kind in TermKind
            for text, code in self.given[kind].items()
        ]


def first_code(kind: TermKind) -> int:
    """Return the first code that a kind gives out."""
    return SURFACE_FIRST if kind is TermKind.SURFACE else 0
