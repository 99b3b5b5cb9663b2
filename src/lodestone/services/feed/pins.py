"""Pinned posts of a domain: candidates of its feed whether a source brought them or not, and first in it."""

from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import Source
from lodestone.traffic.decision import Codes, Rows

_SOURCES: Final = {
    SURFACES.index("place"): Source.NEIGHBOURS,
    SURFACES.index("channel"): Source.CHANNEL,
    SURFACES.index("profession"): Source.PROFESSION,
}


def with_pins(rows: Rows, source: Codes, pins: Rows, surface: int) -> tuple[Rows, Codes]:
    """Add what is pinned to the candidates.

    Args:
        rows: Shape (candidates,), ascending, each once.
        source: Shape (candidates,). `Source`.
        pins: Shape (pins,). Rows pinned in the domain that the surface looks at.
        surface: Its code.

    Returns:
        Rows and sources, the same in form.
    """
    missing = pins[~np.isin(pins, rows)]
    if not missing.size:
        return rows, source
    together = np.concatenate([rows, missing])
    sources = np.concatenate([source, np.full(missing.size, _SOURCES[surface], np.uint8)])
    order = np.argsort(together, kind="stable")
    return together[order], sources[order]


def places_of(pins: Rows, rows: Rows) -> Ints:
    """Return where what is pinned stands among candidates, in the order of the pins.

    Args:
        pins: Shape (pins,).
        rows: Shape (candidates,), ascending.

    Returns:
        Shape (pins that are candidates,). Indices into `rows`.

    >>> places_of(np.array([9, 4, 7]), np.array([1, 4, 9]))
    array([2, 1])
    """
    places: Ints = np.searchsorted(rows, pins[np.isin(pins, rows)]).astype(np.int64)
    return places
