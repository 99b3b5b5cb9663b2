"""Writing items: judging each entry of a bulk, then storing all of them at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import bindparam

from lodestone.base.clock import Instant
from lodestone.base.errors import GoneError, InvalidError, LodestoneError, Problem
from lodestone.base.wire import app_id, instant_of, printable
from lodestone.content import ItemIn
from lodestone.content.item import media_names
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import ItemRow
from lodestone.stores.records.people import Known, find_people, write_stubs
from lodestone.stores.records.rows import (
    empty_item_doc,
    empty_item_row,
    item_row,
    pack_item,
    pack_item_doc,
    unpack_item_doc,
)
from lodestone.stores.records.schema import ITEMS, META
from lodestone.stores.records.types import Change, Project, Refused
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import Seal, unsealed
from lodestone.stores.sql.scope import Scope, chunks

DOC: Final = b"items.doc"
LAYOUT: Final = b"items.layout"
_WRITTEN: Final = ("kind", "created", "erased", "doc", "layout", "label_until")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a write must know of an item that exists."""

    row: int
    owner: int
    created: Instant
    erased: bool = False
    ruling: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """An item that will be stored."""

    given: ItemIn
    author: Known
    layout: ItemRow
    label_until: Instant | None


@dataclass(slots=True)
class ItemsWrite:
    """One write of up to 1,000 items: first all are judged in order, then all are stored."""

    work: Work
    now: Instant
    project: Project
    draw: Callable[[], tuple[int, bytes]]
    standing: dict[str, _Standing]
    authors: dict[str, Known]
    before: frozenset[str]
    strangers: dict[str, Known] = field(default_factory=dict)
    plans: dict[str, _Plan] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        work: Work,
        given: Sequence[tuple[str, ItemIn]],
        now: Instant,
        project: Project,
        draw: Callable[[], tuple[int, bytes]],
    ) -> "ItemsWrite":
        """Read what stands of the items and authors named."""
        standing = _standing(work, [item_id for item_id, _ in given])
        authors = find_people(work, list({item.author_id for _, item in given}))
        return cls(work, now, project, draw, standing, authors, frozenset(standing))

    def plan_all(
        self,
        given: Sequence[tuple[str, ItemIn]],
        bound: Mapping[str, LodestoneError] = MappingProxyType({}),
    ) -> list[Refused]:
        """Judge every entry in order; what is refused leaves no trace.

        Args:
            given: Ids and items.
            bound: Ids that may not be written here, each with its refusal.
        """
        refused = []
        for index, (item_id, item) in enumerate(given):
            if item_id in bound:
                refused.append(Refused(index, bound[item_id]))
                continue
            mark = self.work.terms.mark()
            try:
                self._plan(item_id, item)
            except LodestoneError as error:
                self.work.terms.back(mark)
                refused.append(Refused(index, error))
        return refused

    def _plan(self, item_id: str, item: ItemIn) -> None:
        stands = self.standing.get(item_id)
        if stands is None:
            app_id(item_id)
        author = self.authors.get(item.author_id)
        if stands is not None:
            _require_same_author(stands, author)
        stranger = author is None
        if author is None:
            app_id(item.author_id, field="author_id")
            ordinal, key = self.draw()
            author = Known(ordinal, key, self.now, stub=True)
        created = self.now if stands is None else stands.created
        if item.created_at is not None:
            created = instant_of(item.created_at)
        row = self.work.item_next if stands is None else stands.row
        layout, label_until = item_row(
            self.work.terms,
            item,
            row=row,
            owner=author.ordinal,
            created=created,
            now=self.now,
            project=self.project,
        )
        ruling = 0 if stands is None else stands.ruling
        layout = replace(layout, label=max(layout.label, ruling))
        if stranger:
            self.authors[item.author_id] = self.strangers[item.author_id] = author
        if stands is None:
            self.work.item_next += 1
        self.standing[item_id] = _Standing(row, author.ordinal, created, ruling=ruling)
        self.plans[item_id] = _Plan(item, author, layout, label_until)

    def store(self) -> list[Change]:
        """Store what was planned: the authors not yet known, then the items."""
        changes = write_stubs(self.work, self.strangers)
        self._note_replaced()
        made, changed = [], []
        seals: dict[int, Seal] = {}
        for item_id, plan in self.plans.items():
            layout = plan.layout
            seal = seals.get(layout.owner)
            if seal is None:
                seal = seals[layout.owner] = Seal(plan.author.key)
            values = sealed_values(seal, plan.given, layout, plan.label_until)
            known = item_id in self.before
            if known:
                changed.append({"at": layout.row, **values})
            else:
                place = {"row": layout.row, "id": item_id, "owner": layout.owner, "ruling": 0}
                made.append({**place, **values})
            changes.append(
                self.work.change(FactKind.ITEM, item_id, layout.row, layout, created=not known)
            )
        self.work.insert(ITEMS, made)
        overwrite(self.work, changed)
        return changes

    def _note_replaced(self) -> None:
        """Note the media that items show no longer, to be found when their author is erased."""
        plans = {plan.layout.row: plan for name, plan in self.plans.items() if name in self.before}
        seals: dict[int, Seal] = {}
        left = set()
        for some in chunks(list(plans)):
            query = self.work.select(ITEMS, ITEMS.c.row, ITEMS.c.doc).where(ITEMS.c.row.in_(some))
            for row, doc in self.work.fetch(query):
                plan = plans[row]
                owner = plan.layout.owner
                seal = seals.get(owner) or seals.setdefault(owner, Seal(plan.author.key))
                before = unpack_item_doc(seal.open(doc, what=DOC), None)
                gone = media_names(before) - media_names(plan.given)
                left |= {f"{_replaced(owner)}{name}" for name in gone}
        for names in chunks(sorted(left)):
            query = self.work.select(META, META.c.name).where(META.c.name.in_(names))
            known = {row.name for row in self.work.fetch(query)}
            rows = [{"name": name, "value": b""} for name in names if name not in known]
            self.work.insert(META, rows)


def replaced_names(scope: Scope, owner: int) -> list[str]:
    """Return the names of media that one owner's items showed before a later write."""
    start = _replaced(owner)
    query = scope.select(META, META.c.name).where(META.c.name.startswith(start))
    return [row.name.removeprefix(start) for row in scope.fetch(query.order_by(META.c.name))]


def _replaced(owner: int) -> str:
    return f"media replaced/{owner}/"


def _require_same_author(stands: _Standing, author: Known | None) -> None:
    if stands.erased:
        message = "Its author was erased and it with them; post it anew under another id."
        raise GoneError("item_erased", message, (Problem("id", message),))
    if author is None or author.ordinal != stands.owner:
        problem = Problem("author_id", "is fixed by the item's first write")
        raise InvalidError("author_fixed", f"author_id {problem.problem}.", (problem,))


def _standing(scope: Scope, ids: Sequence[str]) -> dict[str, _Standing]:
    columns = (
        ITEMS.c.id, ITEMS.c.row, ITEMS.c.owner, ITEMS.c.created, ITEMS.c.erased, ITEMS.c.ruling,
    )  # fmt: skip
    standing = {}
    for some in chunks([name for name in ids if printable(name)]):
        query = scope.select(ITEMS, *columns).where(ITEMS.c.id.in_(some))
        for item_id, row, owner, created, erased, ruling in scope.fetch(query):
            standing[item_id] = _Standing(row, owner, Instant(created), erased, ruling)
    return standing


def sealed_values(
    seal: Seal, given: ItemIn, layout: ItemRow, label_until: Instant | None
) -> dict[str, object]:
    """Return the columns of an item that every write replaces."""
    return {
        "kind": given.kind,
        "created": layout.created,
        "erased": False,
        "doc": seal.seal(pack_item_doc(given), what=DOC),
        "layout": seal.seal(pack_item(layout), what=LAYOUT),
        "label_until": label_until,
    }


def overwrite(work: Work, rows: Sequence[Mapping[str, object]]) -> None:
    """Replace the columns of items found by their row, given as `at`."""
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in _WRITTEN}
        update = work.update(ITEMS).where(ITEMS.c.row == bindparam("at"))
        work.many(update.values(columns), rows)


def scrub(work: Work, owner: int, *, erased: bool) -> list[Change]:
    """Withdraw and empty all items of one owner; nothing personal is left, nor sealed."""
    columns = (ITEMS.c.row, ITEMS.c.id, ITEMS.c.created, ITEMS.c.kind)
    mine = work.select(ITEMS, *columns).where(ITEMS.c.owner == owner).order_by(ITEMS.c.row)
    rows, changes = [], []
    for row in work.fetch(mine):
        created = Instant(row.created)
        layout = empty_item_row(row.kind, row=row.row, owner=owner, created=created)
        rows.append(
            {
                "at": row.row,
                "kind": row.kind,
                "created": created,
                "erased": erased,
                "doc": unsealed(empty_item_doc(row.kind)),
                "layout": unsealed(pack_item(layout)),
                "label_until": None,
            }
        )
        changes.append(work.change(FactKind.ITEM, row.id, row.row, layout))
    overwrite(work, rows)
    if erased:
        work.run(work.delete(META).where(META.c.name.startswith(_replaced(owner))))
    return changes
