"""The suite of the records port: reports gather into reviews, each once, and a decision holds of its item."""

import pytest
from msgspec.structs import replace

from lodestone.base.audit import Actor, acting
from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, UnknownError
from lodestone.content.item import Label
from lodestone.content.review import RULINGS
from lodestone.events.report_reasons import ReportReason
from lodestone.people import PersonIn
from lodestone.stores.records.audit_port import AuditFilter
from lodestone.stores.records.reviews_port import Report, ReviewFilter, Verdict
from records_world import ANN, HOUR, NOTE, NOW, SONG, raised

ANY = ReviewFilter()
SPAM, FRAUD, UNSTATED = ReportReason.SPAM, ReportReason.FRAUD, ReportReason.UNSTATED
ACTOR = Actor(route="POST /v1/reviews/{review_id}/decide", clock=lambda _: NOW, key_id="key_1")
HIDE, DISMISS = Verdict(decision="hide", note="an advertisement"), Verdict(decision="dismiss")


@pytest.fixture
def town(records):
    """Two posts by Ann, and three people who may report them."""
    records.put_person("town", "ann", ANN, now=NOW)
    records.put_item("town", "song", SONG, now=NOW)
    records.put_item("town", "note", NOTE, now=NOW)
    for name in ("bob", "cy", "di"):
        records.put_person("town", name, PersonIn(), now=NOW)
    return records


def report(records, key, by, item="song", reason=SPAM, at=NOW):
    reporter = -1 if by is None else records.person("town", by).ordinal
    return Report(key, Instant(at), reporter, records.item("town", item).row, reason)


def take(records, *reports, upto=0):
    return records.take_reports("town", list(reports), upto=upto)


def told(records, wanted=ANY):
    reviews = records.reviews("town", wanted, limit=10)
    return [
        (review.number, review.item_id, review.state, review.reporters, dict(review.reasons))
        for review in reviews
    ]


def label(records, item="song"):
    return [change.row for change in records.pending_changes("town") if change.app_id == item][
        -1
    ].label


def test_reports_of_a_post_are_one_review_that_counts_people_and_reasons(town):
    given = [
        report(town, 1, "bob"), report(town, 2, "cy", reason=FRAUD), report(town, 2**64 - 1, "bob", reason=FRAUD),
        report(town, 4, None, reason=UNSTATED, at=NOW - HOUR), report(town, 5, None, at=NOW + HOUR),
        report(town, 6, "bob", item="note"),
    ]  # fmt: skip

    assert take(town, *given, upto=70) == 6
    assert told(town) == [
        (1, "song", "open", 3, {UNSTATED: 1, SPAM: 2, FRAUD: 2}),
        (2, "note", "open", 1, {SPAM: 1}),
    ]
    song = town.review("town", 1)
    assert (song.first, song.last, song.author_id) == (NOW - HOUR, NOW + HOUR, "ann")
    assert (song.decision, song.note, song.appeal, song.key_id) == (None, "", "", "")
    assert town.reports_upto("town") == 70
    assert (told(town, ReviewFilter(item_id="note"))[0][0], town.reports_upto("other")) == (2, 0)


def test_reports_that_are_read_again_count_once_and_the_mark_never_goes_back(town):
    given = [report(town, key, by) for key, by in enumerate(("bob", "cy"), 1)]
    take(town, *given, upto=50)
    before = told(town)

    assert take(town, *given, given[0], upto=20) == 0
    assert (told(town), town.reports_upto("town")) == (before, 50)


def test_many_reports_at_once_are_all_taken(town):
    assert take(town, *[report(town, key, None) for key in range(1200)]) == 1200
    assert told(town) == [(1, "song", "open", 1, {SPAM: 1})]


def test_a_decision_holds_of_the_item_until_it_is_taken_back_whatever_the_app_writes(town):
    take(town, report(town, 1, "bob"))

    change = town.decide_review("town", 1, HIDE, now=NOW)
    assert (change.app_id, change.row.label) == ("song", RULINGS.index("hide"))
    town.put_item("town", "song", replace(SONG, text="a song, mended"), now=NOW)
    assert (label(town), town.item("town", "song").ruling) == (2, 2)
    assert town.decide_review("town", 1, HIDE, now=NOW + HOUR) is None
    assert town.review("town", 1).decided == NOW
    raised(ConflictError, "review_decided", town.decide_review, "town", 1, DISMISS, now=NOW)
    back = town.decide_review("town", 1, Verdict(decision="dismiss", change=True), now=NOW)
    assert (back.row.label, town.item("town", "song").ruling) == (0, 0)


def test_the_stricter_of_a_ruling_and_the_apps_own_labels_holds(town):
    take(town, report(town, 1, "bob"))
    town.decide_review("town", 1, Verdict(decision="warn"), now=NOW)
    dropped = replace(SONG, labels=(Label("drop", "law"),))

    town.put_item("town", "song", dropped, now=NOW)
    assert label(town) == 2
    town.put_item("town", "song", SONG, now=NOW)
    assert label(town) == 1


def test_a_dismissal_takes_back_what_its_own_review_did_and_no_other(town):
    take(town, report(town, 1, "bob"))
    town.decide_review("town", 1, Verdict(decision="warn"), now=NOW)
    take(town, report(town, 2, "cy", at=NOW + HOUR))

    assert town.decide_review("town", 2, DISMISS, now=NOW + HOUR) is None
    assert town.item("town", "song").ruling == 1


def test_after_a_decision_only_somebody_new_begins_the_next_review(town):
    take(town, report(town, 1, "bob"))
    town.decide_review("town", 1, DISMISS, now=NOW + HOUR)

    take(town, report(town, 2, "cy", at=NOW), report(town, 3, "bob", at=NOW + 2 * HOUR))
    assert told(town) == [(1, "song", "decided", 2, {SPAM: 2})]
    take(town, report(town, 4, "di", reason=FRAUD, at=NOW + 2 * HOUR))
    assert told(town)[1] == (2, "song", "open", 1, {FRAUD: 1})


def test_a_decision_is_recorded_with_who_decided_and_sealed_words(town, dump):
    take(town, report(town, 1, "bob"))
    with acting(ACTOR):
        town.decide_review("town", 1, HIDE, now=NOW)
        town.decide_review("town", 1, HIDE, now=NOW)

    (act,) = town.audit_log("town", AuditFilter(kind="item"), limit=10)
    assert (act.name, act.about_id, act.key_id) == ("song", "ann", "key_1")
    assert act.before == {"decision": None, "review": "open"}
    assert act.after == {"decision": "hide", "review": "decided", "note": "an advertisement"}
    assert town.review("town", 1).key_id == "key_1"
    assert "advertisement" not in str(dump())


def test_an_author_appeals_once_and_the_answer_closes_the_review(town):
    take(town, report(town, 1, "bob"))
    appeal = town.appeal_review
    raised(ConflictError, "review_open", appeal, "town", 1, "why", by="ann", now=NOW)
    town.decide_review("town", 1, HIDE, now=NOW)

    raised(UnknownError, "review_unknown", appeal, "town", 1, "why", by="bob", now=NOW)
    raised(UnknownError, "review_unknown", appeal, "town", 2, "why", by="ann", now=NOW)
    appeal("town", 1, "it sells nothing", by="ann", now=NOW + HOUR)
    appeal("town", 1, "it sells nothing", by="ann", now=NOW + 2 * HOUR)
    raised(ConflictError, "appeal_made", appeal, "town", 1, "really", by=None, now=NOW)
    review = town.review("town", 1)
    assert (review.state, review.appeal, review.appealed) == (
        "appealed", "it sells nothing", NOW + HOUR,
    )  # fmt: skip
    assert told(town, ReviewFilter(states=("open", "appealed"), author_id="ann"))[0][0] == 1
    town.decide_review("town", 1, DISMISS, now=NOW)
    assert (town.review("town", 1).state, town.item("town", "song").ruling) == ("closed", 0)


def test_erasing_a_reporter_takes_their_reports_back_for_good(town):
    given = [report(town, 1, "bob"), report(town, 2, "cy"), report(town, 3, "bob", item="note")]
    take(town, *given)
    town.erase_person("town", "bob", now=NOW)

    assert told(town) == [(1, "song", "open", 1, {SPAM: 1})]
    assert take(town, *given) == 0
    take(town, report(town, 9, "di", item="note"))
    assert told(town)[1][0] == 3, "a number is never given twice"


def test_erasing_an_author_removes_what_was_said_of_their_posts(town, dump):
    given = report(town, 1, "bob")
    take(town, given)
    town.decide_review("town", 1, HIDE, now=NOW)
    town.appeal_review("town", 1, "why me", by="ann", now=NOW)
    town.erase_person("town", "ann", now=NOW)

    assert told(town) == []
    assert (dump()["reviews"], dump()["reports"]) == ([], [])
    assert take(town, replaced(given)) == 0


def replaced(given):
    return Report(77, given.time, given.reporter, given.item, given.reason)


def test_what_breaks_off_leaves_neither_reports_nor_mark(town):
    take(town, report(town, 1, "bob"), upto=5)
    before = told(town)
    broken = Report(2, Instant(2**70), -1, town.item("town", "note").row, SPAM)

    with pytest.raises(Exception):  # noqa: B017, PT011  each driver has its own
        take(town, report(town, 3, "cy"), broken, upto=9)
    assert (told(town), town.reports_upto("town")) == (before, 5)
