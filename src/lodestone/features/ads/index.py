"""Live ads as columns, bitmaps and postings, so that finding those that fit a request grows far slower than their number.

A kind of targeting lets an ad through where it asks nothing of that kind, or where one of the viewer's own cells, domains, tags,
languages or creators lists it. An `and` over the kinds is what fits; of that the best by bound are taken, and no more is looked at.
"""

from collections.abc import Hashable, Iterable
from itertools import chain
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats
from lodestone.features.ads import select, select_kernel
from lodestone.features.ads.ad import LiveAd, Who
from lodestone.features.ads.audiences import Asks
from lodestone.features.ads.cells import CELL_BITS, cells_of, cover
from lodestone.features.ads.matching import AdQuery
from lodestone.features.ads.postings import Posting, bits_of

PLACE, DOMAIN, TAG, LANGUAGE, FOLLOWED, SEGMENT, ALIKE = range(7)
_KINDS: Final = 7
_ROOM: Final = 64
_ONE_BY_ONE: Final = 32
"""Changes that are put in order one by one; of more the order is made anew."""
_RESIDENT: Final = 1 << CELL_BITS
"""Beside a cell: for those whose home is there, and not for those who are."""
_NOWHERE: Final = (nan, nan)
_NONE: Final = np.zeros(0, np.int32)


class AdIndex:
    """What `LiveAds` finds ads by. Ordinals are its."""

    def __init__(self, *, compiled: bool = True) -> None:
        self._do = select_kernel if compiled else select
        self._room = _ROOM
        self.live = np.zeros(_ROOM, np.bool_)
        self.rows = np.zeros(_ROOM, select.ROW)
        """What a decision reads of each ad."""
        self._starts, self._ends = np.zeros(_ROOM, np.int64), np.zeros(_ROOM, np.int64)
        self._hours = np.zeros((_ROOM, 7), np.uint32)
        self._circles = np.zeros((0, 4))
        self._circles_used = 0
        self._free = np.zeros((_KINDS, 1), np.uint64)
        self._contextual = np.zeros(1, np.uint64)
        self._lists: list[dict[Hashable, Posting]] = [{} for _ in range(_KINDS)]
        self._segments_out: dict[Hashable, Posting] = {}
        """By `Member`."""
        self._converted: dict[Hashable, Posting] = {}
        """By deed and owner, see `Converted`."""
        self.shift = np.zeros(_ROOM)
        """What is added to the logit of each ad's chance of what it buys."""
        self.shifted = False
        """Whether anything is added to any, as far as is known."""
        self._within = np.zeros(_ROOM, np.int64)
        """How long a conversion leaves out of each ad, microseconds."""
        self._blocked = np.zeros(_ROOM, np.bool_)
        """Whose campaign may not spend."""
        self._asks: Asks | None = None
        self._kinds: list[int] | None = None
        """Kinds of targeting that any ad asks of. Both None where ads have changed since somebody asked."""
        self._order, self._changed = _NONE, set[int]()
        self._open = np.zeros(1, np.uint64)
        self._open_for: tuple[int, int] = (-1, -1)
        self._open_since, self._open_until = 0, 0
        self._dirty = set[int]()
        """Ads of which `_open` says nothing yet."""

    def put(self, ordinal: int, campaign: int, ad: LiveAd, *, blocked: bool) -> None:
        """Take in an ad that is not here."""
        self._grow(ordinal)
        self.live[ordinal], self._blocked[ordinal] = True, blocked
        self._starts[ordinal], self._ends[ordinal] = ad.starts, ad.ends
        self._hours[ordinal] = ad.hours
        circle, sold = self._put_circles(ordinal, ad)
        self.rows[ordinal] = (
            ad.bid * ad.chance_max, campaign, circle, len(ad.circles), sold, ad.item, ad.bid,
            ad.chance_max, ad.pace, ad.reserve, ad.bought,
        )  # fmt: skip
        for kind, keys in enumerate(_keys(ad)):
            _write(self._free[kind], ordinal, on=keys is None)
            for key in keys or ():
                _list(self._lists[kind], key, self._room).add(ordinal)
        for member in ad.segments_out:
            _list(self._segments_out, member, self._room).add(ordinal)
        if ad.converted is not None:
            _list(self._converted, ad.converted[:2], self._room).add(ordinal)
            self._within[ordinal] = ad.converted.within
        _write(self._contextual, ordinal, on=ad.contextual)
        self._asks = self._kinds = None
        self._changed.add(ordinal)
        self._dirty.add(ordinal)

    def drop(self, ordinal: int, ad: LiveAd) -> None:
        """Let an ad go as it was put."""
        self.live[ordinal] = False
        for kind, keys in enumerate(_keys(ad)):
            for key in keys or ():
                _unlist(self._lists[kind], key, ordinal)
        for member in ad.segments_out:
            _unlist(self._segments_out, member, ordinal)
        if ad.converted is not None:
            _unlist(self._converted, ad.converted[:2], ordinal)
        self._asks = self._kinds = None
        self._changed.add(ordinal)
        self._dirty.add(ordinal)

    def block(self, ordinals: Iterable[int], *, blocked: bool) -> None:
        """Say of some ads whether their campaign may not spend."""
        for ordinal in ordinals:
            self._blocked[ordinal] = blocked
            self._dirty.add(ordinal)

    def pace(self, ordinals: Iterable[int], pace: float) -> None:
        """Let some ads enter with another share of their bid."""
        self.rows["pace"][list(ordinals)] = pace

    @property
    def asks(self) -> Asks:
        """What any ad asks of people."""
        if self._asks is None:
            self._asks = Asks(
                followers=bool(self._lists[FOLLOWED]),
                members=bool(self._lists[SEGMENT] or self._segments_out),
                alike=bool(self._lists[ALIKE]),
                conversions=bool(self._converted),
            )
        return self._asks

    def gather(self, asked: AdQuery, count: int) -> NDArray[np.int32]:
        """Return the ordinals of the best ads that fit, see `matching.best`; shape (found,)."""
        self._arrange()
        self._refresh(asked)
        # A kind that no ad asks of lets every ad through, and is not looked at.
        kinds = self._asked_kinds()
        fit = np.empty((1 + len(kinds), self._open.size), np.uint64)
        fit[0] = self._open
        if not asked.personalised:
            fit[0] &= self._contextual
        short: list[NDArray[np.int32]] = []
        until, wanted, reached = np.zeros(len(kinds), np.int64), self._wanted(asked), 0
        for at, kind in enumerate(kinds, 1):
            fit[at] = self._free[kind]
            reached += self._let_through(self._lists[kind], wanted[kind], fit[at], short)
            until[at - 1] = reached
        if self._segments_out or self._converted:
            self._leave_out(asked, fit[0])
        here, home = asked.here or _NOWHERE, asked.home or _NOWHERE
        out = np.empty(count, np.int32)
        tired = np.array(sorted(asked.tired), np.int32) if asked.tired else _NONE
        filled = self._do.best(
            fit, (np.concatenate(short) if short else _NONE, until), self._order, self.rows, (self._circles, (*here, *home)), tired, out
        )  # fmt: skip
        return out[:filled]

    def _asked_kinds(self) -> list[int]:
        if self._kinds is None:
            self._kinds = [kind for kind, lists in enumerate(self._lists) if lists]
        return self._kinds

    def _wanted(self, asked: AdQuery) -> tuple[Iterable[Hashable], ...]:
        """Return what of each kind is the viewer's."""
        cells: tuple[int, ...] = ()
        if self._lists[PLACE]:
            if asked.here is not None:
                cells = cells_of(*asked.here)
            if asked.home is not None:
                cells += tuple([cell | _RESIDENT for cell in cells_of(*asked.home)])
        language = () if asked.language < 0 else (asked.language,)
        return cells, asked.domains, asked.tags, language, asked.follows, asked.members, asked.alike

    def _let_through(
        self,
        lists: dict[Hashable, Posting],
        keys: Iterable[Hashable],
        bitmap: NDArray[np.uint64],
        short: list[NDArray[np.int32]],
    ) -> int:
        """Let the ads of long lists through, and collect short lists; return how many ads stand in these."""
        count = 0
        for key in keys:
            posting = lists.get(key)
            if posting is None:
                continue
            if posting.bits is not None:
                np.bitwise_or(bitmap, posting.bits, out=bitmap)
            else:
                short.append(posting.held())
                count += posting.count
        return count

    def _leave_out(self, asked: AdQuery, bitmap: NDArray[np.uint64]) -> None:
        """Take away the ads that want nobody of the viewer's segments, or nobody who did what the viewer did."""
        out = [self._segments_out[member].held() for member in asked.members if member in self._segments_out]  # fmt: skip
        for key, time in asked.conversions.items():
            if key in self._converted:
                ordinals = self._converted[key].held()
                out.append(ordinals[asked.now - time < self._within[ordinals]])
        if out:
            marks = np.zeros_like(bitmap)
            self._do.set_bits(marks, np.concatenate(out))
            np.bitwise_and(bitmap, ~marks, out=bitmap)

    def _put_circles(self, ordinal: int, ad: LiveAd) -> tuple[int, int]:
        """Write an ad's circles and behind them those of where it is sold; return where the first stands, and how many the latter are."""
        sold = select.sold_rows(ad.sold)
        rows, first, old = [*ad.circles, *sold], self._circles_used, self.rows[ordinal]
        if len(rows) <= old["circles"] + old["sold"]:  # where its circles stood before
            first = int(old["circle"])
        end = first + len(rows)
        if end > self._circles.shape[0]:
            room = np.zeros((max(64, 2 * end), 4))
            room[: self._circles_used] = self._circles[: self._circles_used]
            self._circles = room
        self._circles[first:end] = np.array(rows, np.float64).reshape(-1, 4)
        self._circles_used = max(self._circles_used, end)
        return first, len(sold)

    def _arrange(self) -> None:
        """Bring the order up to date."""
        if not self._changed:
            return
        changed, self._changed = sorted(self._changed), set()
        if len(changed) > _ONE_BY_ONE:
            live = np.flatnonzero(self.live)
            self._order = live[np.argsort(-self.rows["bound"][live], kind="stable")].astype(
                np.int32
            )
            return
        order = self._order[~np.isin(self._order, changed)]
        for ordinal in changed:
            if self.live[ordinal]:
                order = np.insert(order, self._place(order, ordinal), ordinal)
        self._order = order

    def _place(self, order: NDArray[np.int32], ordinal: int) -> int:
        """Return where an ad belongs: behind those of a higher bound, and of the same with a lower ordinal."""
        bounds: Floats = -self.rows["bound"][order]
        first, end = (
            int(np.searchsorted(bounds, -self.rows["bound"][ordinal], side=side)) for side in ("left", "right")
        )  # fmt: skip
        return first + int(np.searchsorted(order[first:end], ordinal))

    def _refresh(self, asked: AdQuery) -> None:
        """Bring up to date which ads may be shown at this hour."""
        hour = (asked.weekday, asked.hour)
        if hour != self._open_for or not self._open_since <= asked.now < self._open_until:
            self._open = bits_of(self._is_open(slice(None), asked))
            edges = np.concatenate([self._starts[self.live], self._ends[self.live]])
            past, ahead = edges[edges <= asked.now], edges[edges > asked.now]
            self._open_for = hour
            self._open_since = int(past.max()) if past.size else asked.now
            self._open_until = int(ahead.min()) if ahead.size else asked.now + 1
        elif self._dirty:
            dirty = np.array(sorted(self._dirty))
            for ordinal, on in zip(dirty, self._is_open(dirty, asked), strict=True):
                _write(self._open, int(ordinal), on=bool(on))
            edges = np.concatenate([self._starts[dirty], self._ends[dirty]])
            past, ahead = edges[edges <= asked.now], edges[edges > asked.now]
            self._open_since = max([self._open_since, *past.tolist()])
            self._open_until = min([self._open_until, *ahead.tolist()])
        self._dirty.clear()

    def _is_open(self, which: Any, asked: AdQuery) -> Bools:
        hours = self._hours[which, asked.weekday] >> np.uint32(asked.hour)
        now: Bools = (
            self.live[which]
            & ~self._blocked[which]
            & (hours & 1).astype(np.bool_)
            & (self._starts[which] <= asked.now)
            & (asked.now < self._ends[which])
        )
        return now

    def _grow(self, ordinal: int) -> None:
        if ordinal < self._room:
            return
        self._room = 2 * self._room
        for name in ("live", "rows", "_starts", "_ends", "_hours", "_within", "_blocked", "shift"):  # fmt: skip
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        words = self._room >> 6
        self._free, self._contextual, self._open = (
            np.concatenate([old, np.zeros((*old.shape[:-1], words - old.shape[-1]), np.uint64)], axis=-1)
            for old in (self._free, self._contextual, self._open)
        )  # fmt: skip
        every = (*self._lists, self._segments_out, self._converted)
        for posting in chain.from_iterable(lists.values() for lists in every):
            posting.widen(words)
        self._grow(ordinal)


def _keys(ad: LiveAd) -> tuple[Iterable[Hashable] | None, ...]:
    """Return the lists of each kind that an ad stands in; None where it asks nothing, or where cells are too coarse to tell."""
    cells: set[int] | None = set() if ad.circles else None
    for latitude, longitude, radius, who in ad.circles:
        covered = cover(latitude, longitude, radius)
        if covered is None:
            cells = None
            break
        assert cells is not None
        if who != Who.RESIDENT:
            cells.update(covered)
        if who != Who.PRESENT:
            cells.update([cell | _RESIDENT for cell in covered])
    alike = () if ad.alike_to is None else (ad.alike_to,)
    asks = (ad.domains, ad.tags, ad.languages, ad.followers_of, ad.segments_in, alike)
    return (cells, *(frozenset(keys) if keys else None for keys in asks))


def _list(lists: dict[Hashable, Posting], key: Hashable, room: int) -> Posting:
    """Return the list of a key, a new one where there is none."""
    if key not in lists:
        lists[key] = Posting(room >> 6)
    return lists[key]


def _unlist(lists: dict[Hashable, Posting], key: Hashable, ordinal: int) -> None:
    """Take an ad out of the list of a key."""
    posting = lists[key]
    posting.remove(ordinal)
    if not posting.count:
        del lists[key]


def _write(bitmap: NDArray[np.uint64], ordinal: int, *, on: bool) -> None:
    bit = np.uint64(1 << (ordinal & 63))
    if on:
        bitmap[ordinal >> 6] |= bit
    else:
        bitmap[ordinal >> 6] &= ~bit
