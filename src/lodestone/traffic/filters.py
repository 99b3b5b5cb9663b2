"""Judge each candidate: one drop reason or none, and the domain through which it reaches the viewer.

Rules, in order: what may not be shown at all, whose it is, what the viewer refused or has seen, then where
this surface looks and whether the post has climbed that far. A domain is private before middle before
public; among middle domains the one with fewest members.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.geo import distances_km
from lodestone.events.outcomes import DomainKind
from lodestone.traffic.decision import Codes, DropReason, Rows

Records: TypeAlias = np.ndarray[Any, Any]

VIEWER: Final = np.dtype(
    [
        ("latitude", np.float64),
        ("longitude", np.float64),
        ("radius_km", np.float64),  # the neighbourhood around the viewer
        ("area_latitude", np.float64),  # what the place surface looks at
        ("area_longitude", np.float64),
        ("area_radius_km", np.float64),
        ("person", np.int32),  # person row, -1 for nobody
        ("area", np.int16),  # domain code of the surface, -1 none
        ("language", np.int16),
        ("surface", np.uint8),
        ("located", np.uint8),
        ("area_located", np.uint8),
        ("personalised", np.uint8),
        ("minor", np.uint8),
        ("gated", np.uint8),  # 1: a post must have climbed to be shown in public
    ],
    align=True,
)
DOMAIN: Final = np.dtype([("code", np.int16), ("kind", np.uint8), ("place", np.int32)], align=True)
PLACE: Final = np.dtype(
    [("latitude", np.float64), ("longitude", np.float64), ("radius_km", np.float64)], align=True
)


class Lens(NamedTuple):
    """One `VIEWER` as plain values, which cost less to read than a record's."""

    latitude: float
    longitude: float
    radius_km: float
    area_latitude: float
    area_longitude: float
    area_radius_km: float
    person: int
    area: int
    language: int
    surface: int
    located: bool
    area_located: bool
    personalised: bool
    minor: bool
    gated: bool


assert Lens._fields == VIEWER.names
MARK_SEEN: Final = 1
MARK_SERVED: Final = 2
MARK_REJECTED: Final = 3
MARK_FOLLOWED: Final = 1
MARK_BLOCKED: Final = 2
MARK_MUTED: Final = 3
"""A mark is written as epoch x 4 + what, so that a scratch array never needs clearing."""


class Marks(NamedTuple):
    """What is marked for this request: items by row, authors by slot."""

    items: Ints
    authors: Ints
    epoch: int

    def marked(self, rows: Rows) -> Bools:
        """Say which item rows are marked; any shape, as `rows`."""
        marked: Bools = self.items[rows] >= self.epoch * 4
        return marked


def mark(
    marks: Ints,
    author_marks: Ints,
    base: int,
    follows: Rows,
    mutes: Rows,
    blocks: Rows,
    people: Records,
    seen: Rows,
    times: NDArray[np.int32],
    since: int,
    served: Ints,
) -> None:
    """Mark whom a viewer follows, mutes and blocks, then what they saw, then what they were served.

    Args:
        marks: Shape (items,), written.
        author_marks: Shape (authors,), written.
        base: Four times the epoch of the request.
        follows: Shape (followed,). Author slots, -1 for one without posts.
        mutes: Shape (muted,). Person rows.
        blocks: Shape (blocked,). Person rows.
        people: Shape (people,) of `PERSON`.
        seen: Shape (ring,). Item rows, -1 for an empty place.
        times: Shape (ring,). When each was seen, seconds.
        since: From when on what was seen counts, seconds.
        served: Shape (served,). Item rows; those beyond `marks` are passed over: a cursor may be older than a home that
            was put back.
    """
    author_marks[follows[follows >= 0]] = base + MARK_FOLLOWED
    for rows, value in ((mutes, MARK_MUTED), (blocks, MARK_BLOCKED)):
        slots = people["author"][rows]
        author_marks[slots[slots >= 0]] = base + value
    marks[seen[(times >= since) & (seen >= 0)]] = base + MARK_SEEN
    marks[served[served < marks.size]] = base + MARK_SERVED


def judge(
    viewer: Records,
    items: Records,
    rows: Rows,
    marks: Ints,
    author_marks: Ints,
    epoch: int,
    domains: Records,
    places: Records,
    hidden: Ints,
    out_reason: Codes,
    out_kind: Codes,
    out_domain: NDArray[np.int16],
    out_local: Codes,
) -> None:
    """Write for each candidate its drop reason, domain kind, domain code and whether it is local.

    Args:
        viewer: One `VIEWER` record.
        items: Shape (items,) of `ITEM`.
        rows: Shape (candidates,).
        marks: Shape (items,), see `MARK_SEEN`.
        author_marks: Shape (authors,), see `MARK_FOLLOWED`.
        epoch: The epoch the marks of this request carry.
        domains: Shape (mine,) of `DOMAIN`: the viewer's middle domains, fewest members first.
        places: Shape (places,) of `PLACE`, indexed by `DOMAIN.place`.
        hidden: Shape (hidden,). What moderators hid from their domains, ascending: code x 2^32 + item row.
        out_reason: Shape (candidates,), written with `DropReason`.
        out_kind: Shape (candidates,), written with `DomainKind`.
        out_domain: Shape (candidates,), written with the domain's code, -1 for none.
        out_local: Shape (candidates,), written with 1 within the viewer's radius, 0 beyond or unknown.
    """
    item = items[rows]
    located = (viewer["located"] == 1) & ~np.isnan(item["latitude"])
    away = distances_km(
        float(viewer["latitude"]),
        float(viewer["longitude"]),
        item["latitude"],
        item["longitude"],
    )
    with np.errstate(invalid="ignore"):
        out_local[:] = located & (away <= viewer["radius_km"])
    kind = np.zeros(rows.size, dtype=np.uint8)
    domain = np.full(rows.size, -1, dtype=np.int16)
    kind[(out_local == 1) & (viewer["minor"] == 0)] = DomainKind.PLACE
    for mine in domains[::-1]:  # the last written has the fewest members
        fits = _fits(viewer, item, mine, places) & ~_hidden(hidden, int(mine["code"]), rows)
        kind[fits], domain[fits] = mine["kind"], mine["code"]
    followed = author_marks[item["author"]] == epoch * 4 + MARK_FOLLOWED
    kind[followed], domain[followed] = DomainKind.PRIVATE, -1
    out_kind[:], out_domain[:] = kind, domain
    away_from_here = _hidden(hidden, int(viewer["area"]), rows)
    out_reason[:] = _reasons(
        viewer, item, marks[rows], author_marks[item["author"]], epoch, kind, away_from_here
    )


def _fits(viewer: Records, item: Records, mine: Records, places: Records) -> Bools:
    if mine["kind"] == DomainKind.PLACE:
        place = places[mine["place"]]
        away = distances_km(
            float(place["latitude"]), float(place["longitude"]), item["latitude"], item["longitude"]
        )
        with np.errstate(invalid="ignore"):
            inside: Bools = (away <= place["radius_km"]) & (viewer["minor"] == 0)
        return inside
    names = item["channels"] if mine["kind"] == DomainKind.CHANNEL else item["professions"]
    named: Bools = np.any(names == mine["code"], axis=1)
    return named


def _hidden(hidden: Ints, domain: int, rows: Rows) -> Bools:
    """Say which rows are hidden from a domain; none where there is no domain (-1). Shape (candidates,)."""
    is_hidden: Bools = np.isin((domain << 32) + rows.astype(np.int64), hidden) & (domain >= 0)
    return is_hidden


def _reasons(
    viewer: Records,
    item: Records,
    mark: Ints,
    author_mark: Ints,
    epoch: int,
    kind: Codes,
    hidden: Bools,
) -> Codes:
    base = epoch * 4
    tests = [
        (item["state"] != 1, DropReason.NOT_LIVE),
        (item["label"] == 2, DropReason.LABEL_DROP),
        ((item["owner"] == viewer["person"]) & (viewer["person"] >= 0), DropReason.OWN_POST),
        (author_mark == base + MARK_BLOCKED, DropReason.BLOCKED_AUTHOR),
        (author_mark == base + MARK_MUTED, DropReason.MUTED_AUTHOR),
        (mark == base + MARK_REJECTED, DropReason.REJECTED),
        (mark == base + MARK_SERVED, DropReason.SERVED_IN_CHAIN),
        (mark == base + MARK_SEEN, DropReason.SEEN),
    ]
    reach = _reach(viewer, item, kind)
    reach[hidden & (reach == 0)] = DropReason.HIDDEN_IN_DOMAIN
    reasons: Codes = np.select(
        [test for test, _ in tests], [np.uint8(why) for _, why in tests], reach
    ).astype(np.uint8)
    return reasons


def _reach(viewer: Records, item: Records, kind: Codes) -> Codes:
    surface = int(viewer["surface"])
    if surface == 1:
        return _unless(kind == DomainKind.PRIVATE, DropReason.OUT_OF_SURFACE)
    if surface == 2:
        away = distances_km(
            float(viewer["area_latitude"]),
            float(viewer["area_longitude"]),
            item["latitude"],
            item["longitude"],
        )
        with np.errstate(invalid="ignore"):
            inside = (away <= viewer["area_radius_km"]) & (viewer["area_located"] == 1)
        return _unless(inside, DropReason.OUT_OF_AREA)
    if surface in (3, 4):
        names = item["channels"] if surface == 3 else item["professions"]
        return _unless(np.any(names == viewer["area"], axis=1), DropReason.OUT_OF_SURFACE)
    foreign = (
        (viewer["personalised"] == 0)
        & (item["language"] >= 0)
        & (viewer["language"] >= 0)
        & (item["language"] != viewer["language"])
    )
    waiting = (kind == DomainKind.PUBLIC) & (item["climbed"] == 0) & (viewer["gated"] == 1)
    language, climbed = np.uint8(DropReason.OTHER_LANGUAGE), np.uint8(DropReason.NOT_CLIMBED)
    reach: Codes = np.select([foreign, waiting], [language, climbed], np.uint8(0)).astype(np.uint8)
    return reach


def _unless(good: Bools, reason: DropReason) -> Codes:
    return np.where(good, 0, int(reason)).astype(np.uint8)
