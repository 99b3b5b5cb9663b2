"""Serving state of one community: columns that facts move and decisions read."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.events.facts import SURFACE_MAX, Facts
from lodestone.events.outcomes import COUNT_WIDTH, FactKind
from lodestone.features import apply_kernel, batch_kernel, deeds
from lodestone.features.ads.budgets import Budgets
from lodestone.features.domain_marks import DomainMarks
from lodestone.features.edges import Edges
from lodestone.features.grow import grown
from lodestone.features.history import History
from lodestone.features.layout import (
    AFFINITY_WIDTH,
    AUTHOR,
    AUTHOR_RECENT,
    CHANNELS_MAX,
    DAYS_KEPT,
    ITEM,
    PERSON,
    POSITIVES_KEPT,
    PROFESSIONS_MAX,
    SEEN_KEPT,
    STATES,
    VECTOR_WIDTH,
    DomainRow,
    ItemRow,
    PersonRow,
)
from lodestone.features.presence import put_present, visit
from lodestone.features.table import Table

SLOTS_COUNTED: Final = 64
ATTENTION: Final = np.array([0.7, *(1 / (1 + 0.06 * np.arange(SLOTS_COUNTED - 1)))])
"""By which counters weigh an impression: fixed, so that no change of policy rewrites what was counted."""
DOMAINS_START: Final = 256
_TAG_SLOT: Final = 1
"""Tag of a watch of a receipt's slot: such a key names no person."""
_RECORD_KINDS: Final = FactKind.PERSON


class TornError(Exception):
    """A batch was applied in part; only applying the log anew makes the state right."""


class State:
    """Counters and rows, grown by doubling; `..._count` says how many rows are in use.

    Only facts and record changes move it, in log order; everything in `columns` is whole numbers,
    sets or latest-by-time, so that neither arrival order nor a restart can change it.
    """

    def __init__(self, attention: Floats) -> None:
        """Start empty.

        Args:
            attention: Shape (slots,). Chance in [0, 1] that a slot is looked at; index 0 stands for
                an unknown slot.
        """
        self.attention: Ints = np.rint(attention * 1000).astype(np.int64)
        self.item_count = self.author_count = self.person_count = self.ring_count = 0
        self.items = np.zeros(1024, ITEM)
        self.item_ring = np.zeros((1024, DAYS_KEPT, COUNT_WIDTH), np.int32)
        self.item_old = np.zeros((1024, COUNT_WIDTH), np.int64)
        self.authors = np.zeros(256, AUTHOR)
        self.author_total = np.zeros((256, COUNT_WIDTH), np.int64)
        self.author_exposure = np.zeros((256, DAYS_KEPT), np.int32)
        self.people = np.zeros(1024, PERSON)
        self.person_total = np.zeros((1024, COUNT_WIDTH), np.int32)
        self.interest = np.zeros((1024, VECTOR_WIDTH), np.float32)
        self.positives = np.full((1024, POSITIVES_KEPT), -1, np.int32)
        self.positive_time = np.zeros((1024, POSITIVES_KEPT), np.int64)
        self.seen_item = np.full((256, SEEN_KEPT), -1, np.int32)
        self.seen_time = np.zeros((256, SEEN_KEPT), np.int32)
        self.surface_total = np.zeros((SURFACE_MAX, COUNT_WIDTH), np.int64)
        self.domain_total = np.zeros((DOMAINS_START, COUNT_WIDTH), np.int64)
        self.slot_total = np.zeros((SLOTS_COUNTED, COUNT_WIDTH), np.int64)
        self.promise_delivered = np.zeros((64, DAYS_KEPT), np.int64)
        self.impressions_day = np.zeros(DAYS_KEPT, np.int64)
        self.affinity = Table(AFFINITY_WIDTH)
        self.watch = Table(2)
        self.like = Table(4, np.int64)
        self.follow = Table(5, np.int64)
        self.rejected: dict[int, set[int]] = {}
        self.edges = Edges()
        self.history = History()
        self.domains: dict[int, DomainRow] = {}
        self.author_of_owner: dict[int, int] = {}
        self.quiet = np.ones(COUNT_WIDTH)
        """What share of each counted column is not of loud people; worked out, see `models.author_debiasing`."""
        self.marks = DomainMarks()
        self.budgets = Budgets()
        self.today = self.offset = 0
        self._found = np.empty(6, np.int64)
        self._marks = np.zeros(1024, bool)

    # What the log says happened

    def apply(self, facts: Facts, person_row: Ints, target_row: Ints) -> None:
        """Move the state by a batch of facts that are not records' changes.

        Args:
            facts: Shape (facts,), in log order.
            person_row: Shape (facts,). Row of each fact's person, -1 for nobody or someone erased.
            target_row: Shape (facts,). Row of the person a fact is about (follow, block, mute), else -1.

        Raises:
            TornError: Counters have moved; any other error leaves them as they were.
        """
        if not facts.size:
            return
        # Whatever can fail stands before the first counter moves.
        batch_kernel.survey(facts, person_row, self.people["seen"], self._found)
        day, domain, follows, edges, refused, ringless = self._found.tolist()
        self.advance_day(day)
        self._reserve_counters(facts.size, follows, domain)
        if ringless:
            self._reserve_rings(facts, person_row)
        about_row = deeds.sellers(self, facts, target_row) if edges else target_row
        batch_kernel.fetch(
            facts, person_row, self.items, self.item_ring, self.author_total, self.person_total,
            self.affinity.keys, self.affinity.values,
        )  # fmt: skip
        self.count(facts, person_row)
        self.offset += facts.size
        try:
            deeds.remember(self, facts, person_row)
            if refused:
                deeds.refuse(self, facts, person_row)
            if edges:
                deeds.connect(self, facts, person_row, about_row)
            self.budgets.heard.hear(facts, self.items)
        except Exception as error:
            raise TornError from error

    def count(self, facts: Facts, person_row: Ints) -> None:
        """Move the counters alone; see `apply`, which does it after it has made room."""
        apply_kernel.count(  # compiled: it raises before it begins, or not at all
            facts, person_row, self.items, self.item_ring, self.item_old, self.author_total,
            self.author_exposure, self.person_total, self.surface_total, self.domain_total,
            self.slot_total, self.promise_delivered, self.impressions_day, self.attention,
            self.affinity.keys, self.affinity.values, self.affinity.used,
            self.watch.keys, self.watch.values, self.watch.used,
            self.like.keys, self.like.values, self.like.used,
            self.follow.keys, self.follow.values, self.follow.used, self.today,
        )  # fmt: skip

    def touched(self, facts: Facts) -> Ints:
        """Return the rows of the items whose counters some facts moved, each once; shape (items,)."""
        self._marks = grown(self._marks, self.items.size)
        rows = np.empty(facts.size, np.int64)
        return rows[: batch_kernel.touched(facts, self._marks, rows)]

    def advance_day(self, today: int) -> None:
        """Roll the day rings forward; what leaves the window goes to the sums of older days."""
        steps = min(today - self.today, DAYS_KEPT)
        for day in range(today - steps + 1, today + 1):
            bucket = day % DAYS_KEPT
            counted = slice(0, self.item_count)
            self.item_old[counted] += self.item_ring[counted, bucket]
            self.item_ring[counted, bucket] = 0
            self.author_exposure[:, bucket] = 0
            self.promise_delivered[:, bucket] = 0
            self.impressions_day[bucket] = 0
        self.today = max(self.today, today)

    def skip(self, count: int) -> None:
        """Move the offset alone: past facts that move no column, or back by those that had their place before."""
        self.offset += count

    def graduate(self, rows: Ints | int) -> None:
        """Let items into the public for good, as a fact of the log says."""
        self.items["climbed"][rows] = 1

    # What records say there is

    def put_person(self, row: int, person: PersonRow, interest: Sequence[float]) -> None:
        """Set a person's row; `interest` is the unit vector of their stated interests, or zeros."""
        fresh = row >= self.person_count
        self._grow_people(row + 1)
        person_row = self.people[row]
        if fresh:
            person_row["seen"] = -1
        if fresh or person_row["ordinal"] < 0:
            person_row["author"] = self.author_of_owner.get(person.ordinal, -1)
            if person_row["author"] >= 0:
                self.authors["person"][person_row["author"]] = row
                self.authors["followers"][person_row["author"]] = self.edges.follower_count(row)
        person_row["ordinal"], person_row["created"] = person.ordinal, person.created
        person_row["latitude"], person_row["longitude"] = person.latitude, person.longitude
        put_present(person_row, person, fresh=fresh)
        person_row["profession"], person_row["language"] = person.profession, person.language
        person_row["personalised"], person_row["minor"] = person.personalised, person.minor
        self.interest[row] = interest

    def visit(self, row: int, at: int, latitude: float, longitude: float) -> None:
        """Let somebody be present at a position since an instant; see `presence.visit`."""
        visit(self.people[row], at, latitude, longitude)

    def put_nobody(self, row: int) -> None:
        """Take a row for someone who has since been erased, so that rows stay in their places."""
        self._grow_people(row + 1)
        person_row = self.people[row]
        person_row["ordinal"], person_row["author"], person_row["seen"] = -1, -1, -1
        person_row["latitude"] = person_row["longitude"] = np.nan
        person_row["present_latitude"] = person_row["present_longitude"] = np.nan
        person_row["profession"] = person_row["language"] = -1

    def put_nothing(self, row: int, owner: int) -> None:
        """Take a row for an item that does not open, so that facts of it have where to be counted.

        Args:
            row: The item's.
            owner: Its author's ordinal.
        """
        if row >= self.item_count:
            self._grow_items(row + 1)
            item_row = self.items[row]
            item_row["state"], item_row["author"] = (
                STATES.index("withdrawn"),
                self._author(owner, -1),
            )
            for name in ("owner", "topic", "language", "channels", "professions"):
                item_row[name] = -1

    def withdraw(self, row: int) -> None:
        """Show an item to nobody: its record has no name that could be read."""
        self.items["state"][row] = STATES.index("withdrawn")

    def put_item(self, item: ItemRow, person_row: int, topic: int) -> None:
        """Set an item's row.

        Args:
            item: The item.
            person_row: Row of its author, -1 once erased.
            topic: The topic as the fact of this change carries it.
        """
        self._grow_items(item.row + 1)
        author = self._author(item.owner, person_row)
        item_row = self.items[item.row]
        was_live = item_row["state"] == 1
        item_row["created"], item_row["kind"] = item.created, item.kind
        item_row["state"], item_row["label"] = item.state, item.label
        item_row["author"], item_row["owner"] = author, person_row
        item_row["latitude"], item_row["longitude"] = item.latitude, item.longitude
        item_row["duration"], item_row["language"] = item.duration, item.language
        item_row["topic"] = topic
        item_row["channels"] = _padded(item.channels, CHANNELS_MAX)
        item_row["professions"] = _padded(item.professions, PROFESSIONS_MAX)
        item_row["vector"] = (
            np.rint(np.asarray(item.vector, np.float32) * 127) if item.vector else 0
        )
        if item.state == 1 or was_live:
            self._set_recent(author, item.row)

    def put_domain(self, domain: DomainRow | None, code: int) -> None:
        """Set or remove a middle domain."""
        self.reserve_domains(code + 1)
        if domain is None:
            self.domains.pop(code, None)
        else:
            self.domains[code] = domain

    def erase(self, row: int) -> None:
        """Forget a person: their rows, counters, tables and edges; totals of others stay."""
        person_row = self.people[row]
        ring, author = int(person_row["seen"]), int(person_row["author"])
        if ring >= 0:
            self.seen_item[ring], self.seen_time[ring] = -1, 0
        self.budgets.forget(int(person_row["ordinal"]))
        self.people[row] = np.zeros(1, PERSON)[0]
        self.put_nobody(row)
        self.person_total[row], self.interest[row] = 0, 0.0
        self.positives[row], self.positive_time[row] = -1, 0
        self.rejected.pop(row, None)
        self.history.erase(row)
        for table in (self.affinity, self.watch, self.like, self.follow):
            table.forget(row, _TAG_SLOT)
        for change in self.edges.erase(row):
            slot = int(self.people["author"][change.target])
            if slot >= 0:
                self.authors["followers"][slot] += change.by
        if author >= 0:
            self.authors["person"][author] = -1
            self.authors["followers"][author] = 0

    # What decisions ask

    def follows(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone follows, ascending."""
        return self.edges.follows(row)

    def bought(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone has bought from."""
        return self.edges.bought(row)

    def blocks(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone blocks."""
        return self.edges.blocks(row)

    def mutes(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone mutes."""
        return self.edges.mutes(row)

    def memberships(self, row: int) -> NDArray[np.int32]:
        """Return the codes of the domains someone has joined."""
        return self.edges.memberships(row)

    def rejections(self, row: int) -> list[int]:
        """Return the item rows someone hid, reported or was not interested in."""
        return list(self.rejected.get(row, ()))

    def members(self, code: int) -> int:
        """Return how many people have joined a domain."""
        return self.edges.member_count(code)

    def practitioners(self, code: int) -> NDArray[np.int64]:
        """Return the rows of who belongs to a profession, ascending: those who practise it or have joined it."""
        practise = np.flatnonzero(self.people["profession"][: self.person_count] == code)
        joined = np.array(self.edges.members_of(code), np.int64)
        rows: NDArray[np.int64] = np.union1d(joined, practise)
        return rows

    # Room

    def reserve_domains(self, count: int) -> None:
        """Make room for counters of `count` domain codes."""
        self.domain_total = grown(self.domain_total, count)

    def reserve_counters(self, facts: Facts) -> None:
        """Make room in every table of counters for what some facts may add, at least one of them."""
        follows = int(np.isin(facts["kind"], (FactKind.FOLLOW, FactKind.UNFOLLOW)).sum())
        self._reserve_counters(facts.size, follows, int(facts["domain"].max()))

    def _reserve_counters(self, facts: int, follows: int, domain: int) -> None:
        """Make room for what so many facts may add, so many of them follows or their ends, up to a domain's code."""
        self.affinity.reserve(4 * facts)
        self.watch.reserve(facts)
        self.like.reserve(facts)
        self.follow.reserve(follows)
        self.reserve_domains(domain + 1)

    def _reserve_rings(self, facts: Facts, person_row: Ints) -> None:
        shown = person_row[(facts["kind"] == FactKind.IMPRESSION) & (person_row >= 0)]
        for row in shown[self.people["seen"][shown] < 0]:
            if self.people["seen"][row] < 0:
                self.seen_item = grown(self.seen_item, self.ring_count + 1, -1)
                self.seen_time = grown(self.seen_time, self.ring_count + 1)
                self.people["seen"][row] = self.ring_count
                self.ring_count += 1

    def _grow_people(self, count: int) -> None:
        self.people = grown(self.people, count)
        self.person_total = grown(self.person_total, count)
        self.interest = grown(self.interest, count)
        self.positives = grown(self.positives, count, -1)
        self.positive_time = grown(self.positive_time, count)
        self.person_count = max(self.person_count, count)

    def _grow_items(self, count: int) -> None:
        self.items = grown(self.items, count)
        self.item_ring = grown(self.item_ring, count)
        self.item_old = grown(self.item_old, count)
        self.item_count = max(self.item_count, count)

    def _author(self, owner: int, person_row: int) -> int:
        slot = self.author_of_owner.get(owner)
        if slot is None:
            slot = self.author_count
            self.author_of_owner[owner] = slot
            self.author_count += 1
            self.authors = grown(self.authors, self.author_count)
            self.author_total = grown(self.author_total, self.author_count)
            self.author_exposure = grown(self.author_exposure, self.author_count)
            self.authors[slot]["person"], self.authors[slot]["recent"] = -1, -1
        if person_row >= 0:
            self.authors["person"][slot] = person_row
            if self.people["author"][person_row] != slot:
                self.people["author"][person_row] = slot
                self.authors["followers"][slot] = self.edges.follower_count(person_row)
        return slot

    def _set_recent(self, author: int, row: int) -> None:
        """Keep an author's newest live items, newest first."""
        recent = self.authors["recent"][author]
        rows = {int(r) for r in recent if r >= 0} | {row}
        live = [r for r in rows if self.items["state"][r] == 1]
        live.sort(key=lambda r: (-int(self.items["created"][r]), -r))
        recent[:] = _padded(live[:AUTHOR_RECENT], AUTHOR_RECENT)


def _padded(codes: Sequence[int], width: int) -> list[int]:
    return [*codes[:width], *[-1] * (width - len(codes[:width]))]
