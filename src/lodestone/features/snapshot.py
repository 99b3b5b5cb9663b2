"""The state as named columns, and one digest of what they say."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.events.ad_facts import PaidSlot
from lodestone.features.grow import grown
from lodestone.features.state import State
from lodestone.features.table import Table

_ITEM_COLUMNS: Final = ("items", "item_ring", "item_old")
_AUTHOR_COLUMNS: Final = ("authors", "author_total", "author_exposure")
_PERSON_COLUMNS: Final = ("people", "person_total", "interest", "positives", "positive_time")
_RING_COLUMNS: Final = ("seen_item", "seen_time")
_WHOLE: Final = (
    "surface_total",
    "domain_total",
    "slot_total",
    "promise_delivered",
    "impressions_day",
)
_TABLES: Final = ("affinity", "watch", "like", "follow")
_PERSON_AT: Final = {
    "budgets.open": PaidSlot._fields.index("person"), "budgets.clicks": 0, "budgets.deeds": 0,
    "budgets.appearances": 1,
}  # fmt: skip
"""Columns of paid slots by where in a row the person's ordinal stands."""
_DERIVED: Final = ("logit", "quality_low", "need", "promises", "vector")
"""Parts of a hot row that are worked out from the rest, or from records, and carry no fact."""


def columns(state: State) -> dict[str, NDArray[Any]]:
    """Return everything the state holds but domains (records say them), by name."""
    columns: dict[str, NDArray[Any]] = {}
    for count, names in _counted(state):
        for name in names:
            columns[name] = getattr(state, name)[:count]
    for name in _WHOLE:
        columns[name] = getattr(state, name)
    for name in _TABLES:
        columns[f"{name}.keys"], columns[f"{name}.values"] = getattr(state, name).columns()
    pairs = sorted((person, row) for person, rows in state.rejected.items() for row in rows)
    columns["rejected"] = np.array(pairs, np.int64).reshape(-1, 2)
    columns["edges"] = state.edges.columns()
    columns["history"] = state.history.columns()
    columns["domain_marks"] = state.marks.columns()
    columns.update(state.budgets.columns())
    owners = sorted(state.author_of_owner.items(), key=lambda pair: pair[1])
    columns["owners"] = np.array([owner for owner, _ in owners], np.int64)
    columns["marks"] = np.array([state.today, state.offset], np.int64)
    return columns


def restore(columns: Mapping[str, NDArray[Any]], attention: Floats) -> State:
    """Build the state again from its columns; domains are put by the caller."""
    state = State(attention)
    state.item_count = columns["items"].shape[0]
    state.author_count = columns["authors"].shape[0]
    state.person_count = columns["people"].shape[0]
    state.ring_count = columns["seen_item"].shape[0]
    for count, names in _counted(state):
        for name in names:
            column = grown(getattr(state, name), count)
            column[:count] = columns[name]
            setattr(state, name, column)
    for name in _WHOLE:
        setattr(state, name, columns[name].copy())
    for name in _TABLES:
        table: Table = getattr(state, name)
        table.fill(columns[f"{name}.keys"], columns[f"{name}.values"])
    for person, row in columns["rejected"].tolist():
        state.rejected.setdefault(person, set()).add(row)
    state.edges.fill(columns["edges"])
    state.history.fill(columns["history"])
    if "domain_marks" in columns:  # a snapshot written before moderators could act has none
        state.marks.fill(columns["domain_marks"])
    if "budgets" in columns:  # one written before there were paid slots has none
        state.budgets.fill(columns)
    state.author_of_owner = {int(owner): slot for slot, owner in enumerate(columns["owners"])}
    state.today, state.offset = (int(mark) for mark in columns["marks"])
    return state


def digest(state: State) -> str:
    """Return one hash of what the state says, the same however it came to say it."""
    hashed = hashlib.blake2b(digest_size=16)
    for name, column in sorted(columns(state).items()):
        if name == "interest":
            continue
        hashed.update(name.encode())
        for part in _parts(_canonical(name, column, state)):
            hashed.update(np.ascontiguousarray(part).tobytes())
    return hashed.hexdigest()


def _parts(column: NDArray[Any]) -> list[NDArray[Any]]:
    """Split rows into their fields: what lies between two fields of a row is not defined."""
    return [column] if column.dtype.names is None else [column[f] for f in column.dtype.names]


def _canonical(name: str, column: NDArray[Any], state: State) -> NDArray[Any]:
    if name in ("items", "authors"):
        blanked = column.copy()
        derived = _DERIVED if name == "items" else ("percentile", "eligible", "small")
        for field in derived:
            blanked[field] = 0
        return blanked
    if name == "people":
        # Rings are handed out in the order of first impressions, which may differ: leave them out.
        blanked = column.copy()
        blanked["ordinal"] = blanked["ordinal"] >= 0
        blanked["seen"] = blanked["seen"] >= 0
        return blanked
    if name in _PERSON_AT:
        # Ordinals are random, and so is their order.
        blanked = column.copy()
        blanked[:, _PERSON_AT[name]] = blanked[:, _PERSON_AT[name]] >= 0
        return blanked[np.lexsort(blanked.T[::-1])]
    if name == "domain_total":
        used = np.flatnonzero(column.any(axis=1))
        return np.concatenate([used[:, None], column[used]], axis=1)
    if name in ("positives", "positive_time", *_RING_COLUMNS):
        return _rings(name, state)
    if name == "owners":
        return column[:0]
    return column


def _rings(name: str, state: State) -> NDArray[Any]:
    """Sort each ring by (time, item), rings in the order of people."""
    if name in ("positives", "positive_time"):
        items = state.positives[: state.person_count]
        times = state.positive_time[: state.person_count]
    else:
        owned = state.people["seen"][: state.person_count]
        items, times = state.seen_item[owned[owned >= 0]], state.seen_time[owned[owned >= 0]]
    if not items.size:
        return items
    order = np.lexsort((items, times), axis=1)
    return np.take_along_axis(items if name in ("positives", "seen_item") else times, order, axis=1)


def _counted(state: State) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return (
        (state.item_count, _ITEM_COLUMNS),
        (state.author_count, _AUTHOR_COLUMNS),
        (state.person_count, _PERSON_COLUMNS),
        (state.ring_count, _RING_COLUMNS),
    )
