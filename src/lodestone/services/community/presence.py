"""Visits: whoever says that they are at a position is present there, by the latest word, as if it had been PUT."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import Kind

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

_PRIVATE: Final = msgspec.msgpack.Decoder(tuple[str | None, tuple[float, float] | None])


def follow_visits(
    engine: "Engine", facts: Facts, person_row: Ints, sealed: Iterable[tuple[int, bytes]]
) -> None:
    """Move where people are present by the visits among facts that the log has.

    Args:
        engine: The community.
        facts: Shape (facts,), in log order.
        person_row: Shape (facts,); -1 for nobody or somebody erased.
        sealed: What is private of some, by index in `facts`; what no longer opens is passed over.
    """
    for index, blob in sealed:
        row = int(person_row[index])
        if facts["kind"][index] != Kind.VISIT or row < 0:
            continue
        opened = engine.sealer.open(row, blob)
        _, place = (None, None) if opened is None else _PRIVATE.decode(opened)
        if place is not None:
            engine.state.visit(row, int(facts["time"][index]), *place)
