"""Reviews of what was reported, in SQL. See `reviews_port.ReviewRecords`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, func

from lodestone.base.audit import present_actor
from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.base.wire import app_id
from lodestone.content.review import (
    Decision,
    ReviewState,
    after_appeal,
    after_decision,
    ruling_of,
)
from lodestone.events.report_reasons import ReportReason
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.items import rule_item
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.reviews_intake import NOTHING, Intake, unknown_reports
from lodestone.stores.records.reviews_port import (
    CommentReport,
    Report,
    ReviewFilter,
    ReviewRecord,
    Verdict,
)
from lodestone.stores.records.reviews_schema import REPORTS, REVIEWS
from lodestone.stores.records.schema import ITEMS, META, PERSON_KEYS
from lodestone.stores.records.types import Change
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import Scope, chunks

_NOTE: Final = b"reviews.note"
_APPEAL: Final = b"reviews.appeal"
_MARK: Final = "reports"
_NOBODY: Final = -2
"""No ordinal, nor that of somebody who is not signed in."""


class SqlReviews(RecordsBase):
    """See `ReviewRecords`."""

    def reports_upto(self, community: str) -> int:
        """See `ReviewRecords.reports_upto`."""
        with self._reading(community) as scope:
            return _mark(scope).upto

    def take_reports(self, community: str, reports: Sequence[Report], *, upto: int) -> int:
        """See `ReviewRecords.take_reports`."""
        with self._writing(community) as work:
            return _take(work, reports, upto=upto)

    def comment_reports_upto(self, community: str) -> int:
        """See `ReviewRecords.comment_reports_upto`."""
        with self._reading(community) as scope:
            return _mark(scope).comments

    def take_comment_reports(self, community: str, reports: Sequence[CommentReport]) -> int:
        """See `ReviewRecords.take_comment_reports`."""
        with self._writing(community) as work:
            last = max((report.number for report in reports), default=0)
            return _take(work, _resolved(work, reports), comments=last)

    def is_comment_hidden(self, community: str, item_id: str, comment_id: str) -> bool:
        """See `ReviewRecords.is_comment_hidden`."""
        with self._reading(community) as scope:
            query = _reviews(scope).where(ITEMS.c.id == item_id, REVIEWS.c.comment == comment_id)
            return scope.first(query.where(REVIEWS.c.decision == "hide")) is not None

    def reviews(
        self, community: str, wanted: ReviewFilter, *, limit: int, after: int | None = None
    ) -> list[ReviewRecord]:
        """See `ReviewRecords.reviews`."""
        with self._reading(community) as scope:
            query = _reviews(scope).where(*_conditions(scope, wanted))
            if after is not None:
                query = query.where(REVIEWS.c.number > after)
            rows = scope.fetch(query.order_by(REVIEWS.c.number).limit(limit))
            return _records(scope, rows)

    def review(self, community: str, number: int) -> ReviewRecord:
        """See `ReviewRecords.review`."""
        with self._reading(community) as scope:
            return _records(scope, [_review(scope, number)])[0]

    def decide_review(
        self, community: str, number: int, verdict: Verdict, *, now: Instant
    ) -> Change | None:
        """See `ReviewRecords.decide_review`."""
        with self._writing(community) as work:
            row = _review(work, number)
            standing = _decision(row)
            seal = Seal(row.owner_key)
            state = after_decision(row.state, standing, verdict.decision, change=verdict.change)
            note = seal.seal(verdict.note.encode(), what=_NOTE) if verdict.note else NOTHING
            same = state == row.state and standing == verdict.decision
            if same and (not verdict.change or note == row.note):
                return None
            actor = present_actor()
            values = {
                "state": state, "decision": verdict.decision, "decided": now, "note": note,
                "key_id": "" if actor is None else actor.key_id,
                "decider": None if actor is None else actor.person,
            }  # fmt: skip
            work.run(work.update(REVIEWS).where(REVIEWS.c.number == number).values(values))
            work.audit(
                "item", row.item_id,
                {"decision": standing, "review": row.state},
                {"decision": verdict.decision, "review": state, "note": verdict.note},
                About(row.owner, row.owner_key),
            )  # fmt: skip
            return None if row.comment else self._rule(work, row.item, now)

    def _rule(self, work: Work, item: int, now: Instant) -> Change | None:
        """Let what was decided of an item hold of it; None where it holds already."""
        query = work.select(REVIEWS, REVIEWS.c.decision)
        query = query.where(REVIEWS.c.item == item, REVIEWS.c.comment == "")
        ruling = ruling_of([_decision(row) for row in work.fetch(query)])
        return rule_item(work, item, ruling, now=now)

    def appeal_review(
        self, community: str, number: int, text: str, *, by: str | None, now: Instant
    ) -> None:
        """See `ReviewRecords.appeal_review`."""
        with self._writing(community) as work:
            row = _review(work, number)
            if by is not None:
                author = find_people(work, [by]).get(by)
                if author is None or author.ordinal != row.owner:
                    raise _unknown()
            appeal = Seal(row.owner_key).seal(text.encode(), what=_APPEAL)
            if appeal == row.appeal:
                return
            state = after_appeal(row.state, _decision(row))
            about = About(row.owner, row.owner_key)
            work.audit("item", row.item_id, {"review": row.state}, {"review": state}, about)
            values = {"state": state, "appeal": appeal, "appealed": now}
            work.run(work.update(REVIEWS).where(REVIEWS.c.number == number).values(values))


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far reports have been taken, and the number of the next review, which is never given twice."""

    upto: int = 0
    number: int = 1
    comments: int = 0
    """The number of the last report of a comment that was taken."""

    def packed(self) -> bytes:
        return b"".join(
            place.to_bytes(8, "big") for place in (self.upto, self.number, self.comments)
        )


def _mark(scope: Scope) -> _Mark:
    row = scope.first(scope.select(META, META.c.value).where(META.c.name == _MARK))
    if row is None:
        return _Mark()
    # A mark of before comments were reported has two numbers.
    return _Mark(*(int.from_bytes(row.value[at : at + 8], "big") for at in (0, 8, 16)))


def _take(work: Work, reports: Sequence[Report], *, upto: int = 0, comments: int = 0) -> int:
    """Put reports into reviews and note how far they have been read; return how many were new."""
    mark = _mark(work)
    intake = Intake.begin(work, reports, mark.number)
    for report in unknown_reports(work, reports):
        intake.take(report)
    taken = intake.store()
    after = _Mark(max(mark.upto, upto), intake.next, max(mark.comments, comments))
    if after != mark:
        value = {"value": after.packed()}
        here = work.update(META).where(META.c.name == _MARK)
        if not work.run(here.values(value)):
            work.insert(META, [{"name": _MARK, **value}])
    return taken


def _resolved(scope: Scope, reports: Sequence[CommentReport]) -> list[Report]:
    """Name whom and what reports of comments are about by numbers; what is no more is left out."""
    people = find_people(
        scope, [name for report in reports for name in (report.reporter_id, report.author_id)]
    )
    rows: dict[str, int] = {}
    for some in chunks([report.item_id for report in reports]):
        query = scope.select(ITEMS, ITEMS.c.id, ITEMS.c.row).where(ITEMS.c.id.in_(some))
        rows |= {row.id: row.row for row in scope.fetch(query)}
    return [
        Report(
            report.number, report.time, people[report.reporter_id].ordinal, rows[report.item_id], report.reason,
            comment=report.comment_id, owner=people[report.author_id].ordinal,
        )
        for report in reports
        if {report.reporter_id, report.author_id} <= people.keys() and report.item_id in rows
    ]  # fmt: skip


def _reviews(scope: Scope) -> Select[Any]:
    """Select reviews beside the ids of their items and the keys of their authors."""
    item = (ITEMS.c.tenant == REVIEWS.c.tenant) & (ITEMS.c.row == REVIEWS.c.item)
    owner = (PERSON_KEYS.c.tenant == REVIEWS.c.tenant) & (PERSON_KEYS.c.ordinal == REVIEWS.c.owner)
    columns = (REVIEWS, ITEMS.c.id.label("item_id"), PERSON_KEYS.c.key.label("owner_key"))
    query = scope.select(REVIEWS, *columns).join_from(REVIEWS, ITEMS, item)
    return query.join_from(REVIEWS, PERSON_KEYS, owner)


def _review(scope: Scope, number: int) -> Any:
    row = scope.first(_reviews(scope).where(REVIEWS.c.number == number))
    if row is None:
        raise _unknown()
    return row


def _unknown() -> UnknownError:
    return UnknownError("review_unknown", "There is no such review in this community.")


def _decision(row: Any) -> Decision | None:
    return cast("Decision", row.decision) if row.decision else None


def _conditions(scope: Scope, wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states is not None:
        conditions.append(REVIEWS.c.state.in_(wanted.states))
    if wanted.item_id is not None:
        conditions.append(ITEMS.c.id == app_id(wanted.item_id, field="item_id"))
    if wanted.author_id is not None:
        name = app_id(wanted.author_id, field="author_id")
        author = find_people(scope, [name]).get(name)
        conditions.append(REVIEWS.c.owner == (_NOBODY if author is None else author.ordinal))
    return conditions


def _records(scope: Scope, rows: Sequence[Any]) -> list[ReviewRecord]:
    numbers = [row.number for row in rows]
    people = _counted(scope, numbers)
    reasons = _reasons(scope, numbers)
    deciders = [row.decider for row in rows if row.decider is not None]
    names = names_of(scope, [*(row.owner for row in rows), *deciders])
    return [_record(row, people.get(row.number, 0), reasons, names) for row in rows]


def _record(
    row: Any,
    reporters: int,
    reasons: dict[int, dict[ReportReason, int]],
    names: dict[int, tuple[str, bytes]],
) -> ReviewRecord:
    seal = Seal(row.owner_key)
    author, decider = names.get(row.owner), names.get(row.decider)
    return ReviewRecord(
        number=row.number, item_id=row.item_id, comment_id=row.comment, owner=row.owner,
        author_id=None if author is None else author[0], state=cast("ReviewState", row.state),
        first=Instant(row.first), last=Instant(row.last), reporters=reporters,
        reasons=reasons.get(row.number, {}), decision=_decision(row),
        decided=None if row.decided is None else Instant(row.decided), key_id=row.key_id,
        decider=row.decider, decider_id=None if decider is None else decider[0],
        note=seal.open(row.note, what=_NOTE).decode(),
        appeal=seal.open(row.appeal, what=_APPEAL).decode(),
        appealed=None if row.appealed is None else Instant(row.appealed),
    )  # fmt: skip


def _counted(scope: Scope, numbers: Sequence[int]) -> dict[int, int]:
    """Return how many people reported, by review."""
    columns = (REPORTS.c.review, func.count(REPORTS.c.reporter.distinct()).label("people"))
    return {row.review: row.people for row in _grouped(scope, numbers, *columns)}


def _reasons(scope: Scope, numbers: Sequence[int]) -> dict[int, dict[ReportReason, int]]:
    """Return how many people gave each reason, by review."""
    people = func.count(REPORTS.c.reporter.distinct()).label("people")
    reasons: dict[int, dict[ReportReason, int]] = {}
    for row in _grouped(scope, numbers, REPORTS.c.review, people, REPORTS.c.reason):
        reasons.setdefault(row.review, {})[ReportReason(row.reason)] = row.people
    return reasons


def _grouped(
    scope: Scope,
    numbers: Sequence[int],
    review: ColumnElement[int],
    people: ColumnElement[int],
    *by: ColumnElement[int],
) -> list[Any]:
    query = scope.select(REPORTS, review, people, *by).group_by(review, *by)
    return [row for some in chunks(numbers) for row in scope.fetch(query.where(review.in_(some)))]


def _erase(work: Work, ordinal: int, _now: Instant) -> None:
    """Forget what somebody reported, and every review of what they posted."""
    mine = work.select(REVIEWS, REVIEWS.c.number).where(REVIEWS.c.owner == ordinal)
    work.run(work.delete(REPORTS).where(REPORTS.c.review.in_(mine)))
    work.run(work.delete(REVIEWS).where(REVIEWS.c.owner == ordinal))
    by = work.select(REPORTS, REPORTS.c.review).where(REPORTS.c.reporter == ordinal).distinct()
    joined = [row.review for row in work.fetch(by)]
    work.run(work.delete(REPORTS).where(REPORTS.c.reporter == ordinal))
    for some in chunks(joined):
        left = work.select(REPORTS, REPORTS.c.review).where(REPORTS.c.review.in_(some))
        empty = set(some) - {row.review for row in work.fetch(left.distinct())}
        undecided = (REVIEWS.c.number.in_(empty)) & (REVIEWS.c.state == "open")
        work.run(work.delete(REVIEWS).where(undecided))


REVIEW_HOOKS: Final = SubjectHooks(_erase, lambda _scope, _ids: {})
"""An erasure takes a person's reports, and the reviews of their posts, with them."""
