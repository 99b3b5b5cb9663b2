"""Trace: where a post was served and seen, through which promises, and why it was dropped, over the latest receipts.

Every receipt is read under the policy that decided it. Slots served and impressions reported of those slots are counted
apart: what was served below the last place anybody looked at was never seen.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
import numpy as np

from lodestone.base.errors import ForbiddenError, UnknownError
from lodestone.base.wire import time_text
from lodestone.events.facts import Facts, organic_impressions
from lodestone.events.outcomes import DomainKind, Source
from lodestone.features.layout import LABELS
from lodestone.services.feed.response import WORDS
from lodestone.services.receipts.receipts import DISPLACED, item_counters
from lodestone.services.receipts.versions import Versions
from lodestone.services.support.ports import DirectoryView, StateView
from lodestone.stores.log.port import Log, Offset, ReceiptParts
from lodestone.traffic.codec import Candidates, decode, decode_candidates
from lodestone.traffic.decision import DropReason
from lodestone.traffic.pricer import PricerState, bits_of

TRACE_RECEIPTS: Final = 5_000
VIEWER_CHOICE: Final = "viewer_choice"
"""What an author is told instead of which viewers block, mute or reject."""
_CHOICES: Final = (DropReason.BLOCKED_AUTHOR, DropReason.MUTED_AUTHOR, DropReason.REJECTED)


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """How many there were, and where from; `by_domain` and `by_source` each add up to `total`."""

    total: int
    by_domain: dict[str, int]
    by_source: dict[str, int]
    by_promise: dict[str, int]
    """Those that consumed a promise, by the name that the deciding policy gave it; one may consume several."""


class TraceOut(msgspec.Struct, frozen=True, kw_only=True):
    """Where an item was served and seen, and why it was dropped, over the latest receipts.

    `considered` is `served.total` and all of `by_reason` together.
    """

    item_id: str
    receipts: int
    """How many receipts were read: the latest, at most 5,000."""
    receipts_in_all: int
    """How many there are."""
    since: str | None
    """When the first of those read was decided."""
    considered: int
    """Of those read, receipts in which it was a candidate."""
    served: Places
    """Slots it was served in."""
    impressions: Places
    """Organic impressions reported of those slots."""
    by_reason: dict[str, int]
    """Receipts in which it was a candidate and not served, by drop reason. An author's own session reads `viewer_choice` for
    `blocked_author`, `muted_author` and `rejected`."""
    label: str
    """The one in force now."""
    counters: dict[str, int]
    """Impressions and outcomes since it was made, with or without a decision, imports among them; a like, a follow and an
    order that were taken back are not counted."""


class _Slot(NamedTuple):
    """A slot the item was served in, or an impression of one."""

    receipt: int
    domain_kind: int
    source: int
    promises: int


class Trace:
    """One item's trace under way."""

    def __init__(
        self,
        state: StateView,
        directory: DirectoryView,
        log: Log,
        versions: Versions,
        item_id: str,
        viewer: str | None = None,
    ) -> None:
        """Look for the item.

        Args:
            state: The counters of items.
            directory: Their names.
            log: The community's receipts and facts.
            versions: The policies that receipts name.
            item_id: The app's id.
            viewer: Whose session asks, None for a server's key.

        Raises:
            UnknownError: There is no such item.
            ForbiddenError: The item is somebody else's than the viewer's.
        """
        self._state, self._log, self._versions = state, log, versions
        self._item_id, self._viewer = item_id, viewer
        self._row = row = directory.item_row(item_id)
        if row < 0:
            raise UnknownError("item_unknown", f"there is no item {item_id!r} here")
        if viewer is not None:
            person = directory.person_row(viewer)
            if person < 0 or person != state.items["owner"][row]:
                raise ForbiddenError(
                    "viewer_other", "this session may trace its own viewer's items only"
                )
        self._names: dict[int, dict[int, str]] = {}
        self._served: dict[int, int] = {}
        """Receipt to the version of the policy that decided it."""
        self._reasons: Counter[str] = Counter()
        self._slots: list[_Slot] = []

    def read(self, latest: int = TRACE_RECEIPTS) -> TraceOut:
        """Read so many of the latest receipts, and the facts about them. It reads the log: call it in a thread."""
        last = self._log.receipt_next()
        first = max(0, last - latest)
        read, considered, since = 0, 0, None
        for parts in self._log.receipts(first, last):
            candidates = decode_candidates(parts.what)
            read, since = read + 1, since or time_text(candidates.time)
            considered += self._take(parts, candidates)
        seen = [
            _Slot(*(int(fact[name]) for name in ("receipt", "domain_kind", "source", "promises")))
            for facts in self._facts(first)
            for fact in facts
        ]
        return TraceOut(
            item_id=self._item_id,
            receipts=read,
            receipts_in_all=last,
            since=since,
            considered=considered,
            served=self._places(self._slots),
            impressions=self._places(seen),
            by_reason=dict(self._reasons),
            label=LABELS[int(self._state.items["label"][self._row])],
            counters=item_counters(self._state, self._row),
        )

    def _take(self, parts: ReceiptParts, candidates: Candidates) -> bool:
        """Count one receipt; say whether the item was a candidate in it."""
        row = self._row
        at = int(np.searchsorted(candidates.candidate, row))
        if at == candidates.candidate.size or candidates.candidate[at] != row:
            return False
        reason = DropReason(int(candidates.reason[at]))
        if reason is not DropReason.SHOWN:
            hidden = self._viewer is not None and reason in _CHOICES
            self._reasons[VIEWER_CHOICE if hidden else reason.name.lower()] += 1
            return True
        decision = decode(parts.what, -1)
        pool = decision.pool
        index = int(np.flatnonzero(pool.item == row)[0])
        if index not in decision.posts:
            self._reasons[DISPLACED] += 1
            return True
        self._served[parts.sequence] = decision.policy_version
        columns = (pool.domain_kind, pool.source, pool.promises)
        self._slots.append(_Slot(parts.sequence, *(int(column[index]) for column in columns)))
        return True

    def _facts(self, first: int) -> Iterator[Facts]:
        """Yield the impressions of the item that were reported of the slots it was served in."""
        if not self._served:
            return
        served = np.array(list(self._served), np.int64)
        for batch in self._log.read(Offset(self._offset(first)), limit=2**40):
            facts = batch.facts
            own = facts[facts["item"] == self._row]
            if own.size:
                yield own[organic_impressions(own) & np.isin(own["receipt"], served)]

    def _offset(self, first: int) -> int:
        """Return an offset before which no fact is about these receipts: the latest that a price step names."""
        log = self._log
        low, high = 0, log.prices_last() or 0
        reason = 0
        while low < high:
            version = (low + high + 1) // 2
            payload = log.prices(version)
            step = None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)
            if step is not None and step.upto.receipts <= first:
                low, reason = version, step.upto.facts
            else:
                high = version - 1
        return reason

    def _places(self, slots: list[_Slot]) -> Places:
        by_domain: Counter[str] = Counter()
        by_source: Counter[str] = Counter()
        by_promise: Counter[str] = Counter()
        for slot in slots:
            by_domain[WORDS[DomainKind(slot.domain_kind)]] += 1
            by_source[Source(slot.source).name.lower()] += 1
            names = self._promises(self._served[slot.receipt])
            by_promise.update(name for bit, name in names.items() if slot.promises >> bit & 1)
        return Places(
            total=len(slots),
            by_domain=dict(by_domain),
            by_source=dict(by_source),
            by_promise=dict(by_promise),
        )

    def _promises(self, version: int) -> dict[int, str]:
        """Return what a version of the policy called its promises, by bit."""
        names = self._names.get(version)
        if names is None:
            rows = bits_of(self._versions.policy(version))
            names = self._names[version] = {bit: promise.id for bit, promise in rows.items()}
        return names
