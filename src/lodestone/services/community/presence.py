"""Visits: whoever says that they are at a position is present there, by the latest word, as if it had been PUT."""

from collections.abc import Iterable
from math import isnan
from typing import TYPE_CHECKING, Final

import msgspec

from lodestone.base.arrays import Ints
from lodestone.base.clock import Instant
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.services.commerce.context import Present
from lodestone.services.support.ports import DirectoryView, StateView

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

_PLACES: Final = 5
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
        if facts["kind"][index] != FactKind.VISIT or row < 0:
            continue
        opened = engine.sealer.open(row, blob)
        _, place = (None, None) if opened is None else _PRIVATE.decode(opened)
        if place is not None:
            engine.state.visit(row, int(facts["time"][index]), *place)


def present_of(state: StateView, directory: DirectoryView, ordinal: int) -> Present | None:
    """Return where somebody is present by the latest word, visits counted; None where nobody said, or may know.

    It reads one row of the state: pages and orders ask from threads of the records.
    """
    row = directory.row_of_ordinal(ordinal)
    if row < 0:
        return None
    person = state.people[row]
    latitude, longitude = float(person["present_latitude"]), float(person["present_longitude"])
    if isnan(latitude):
        return None
    # As a place is kept in 32 bits, it is good to about a metre: what would lie beyond is no part of it.
    place = round(latitude, _PLACES), round(longitude, _PLACES)
    return Present(Instant(int(person["present_at"])), *place)
