"""Comments in the records: written once, changed by their author, let go, and erased along with them."""

import pytest
from msgspec.structs import replace

from lodestone.base.clock import Instant
from lodestone.base.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    UnknownError,
)
from lodestone.content.comment import CommentIn, CommentReportIn, CommentState
from lodestone.people import PersonIn
from lodestone.stores.comments.types import Pace
from records_world import HOUR, NOTE, NOW, raised

MINUTE = HOUR // 60
SPAM = CommentReportIn(reason="spam", note="again and again")


def words(author="ann", text="well said", **more):
    return CommentIn(author_id=author, text=text, **more)


@pytest.fixture
def thread(records):
    """A note of ann's, below which bob has written."""
    for name in ("ann", "bob", "cat"):
        records.put_person("town", name, PersonIn(name=name.title()), now=NOW)
    records.put_item("town", "note", NOTE, now=NOW)
    records.put_comment("town", "note", "c1", words("bob"), now=NOW)
    return records


def put(records, comment_id, comment, at=NOW, **more):
    return records.put_comment("town", "note", comment_id, comment, now=Instant(at), **more)[0]


def states(records):
    return [(line.number, line.state.name) for line in records.thread_lines("town", "note").lines]


def test_a_comment_is_read_back_as_it_was_written(thread):
    comment = words("cat", "see @Bob", language="en", in_reply_to="c1", mentions=("bob",))

    record, created = thread.put_comment("town", "note", "c2", comment, now=Instant(NOW + 5))

    assert created
    assert thread.comment("town", "note", "c2") == record
    assert (record.author_id, record.text, record.language) == ("cat", "see @Bob", "en")
    assert (record.parent_id, record.mentions, record.created) == ("c1", ("bob",), NOW + 5)
    assert (record.state, record.likes, record.edited) == (CommentState.LIVE, 0, None)
    assert not record.by_item_author
    assert thread.comment("town", "note", "c1").replies == 1


def test_the_same_comment_twice_is_one_and_other_words_are_an_edit(thread):
    again, created = thread.put_comment("town", "note", "c1", words("bob"), now=Instant(NOW + 9))
    changed = put(thread, "c1", words("bob", "better said"), NOW + 9)

    assert (created, again.edited) == (False, None)
    assert (changed.text, changed.edited, changed.created) == ("better said", NOW + 9, NOW)
    assert len(states(thread)) == 1


@pytest.mark.parametrize(
    ("comment", "field"),
    [(words("cat"), "author_id"), (words("bob", in_reply_to="c9"), "in_reply_to")],
)
def test_author_and_thread_are_fixed_by_the_first_write(thread, comment, field):
    put(thread, "c9", words("cat"))

    error = raised(InvalidError, "comment_fixed", put, thread, "c1", comment)

    assert [detail.field for detail in error.details] == [field]
    assert thread.comment("town", "note", "c1").text == "well said"


def test_a_reply_to_a_reply_is_refused(thread):
    put(thread, "c2", words("cat", in_reply_to="c1"))

    error = raised(
        InvalidError, "reply_too_deep", put, thread, "c3", words("bob", in_reply_to="c2")
    )

    assert [detail.field for detail in error.details] == ["in_reply_to"]


REFUSED = [
    (words("zoe"), UnknownError, "person_unknown"),
    (words("bob", mentions=("ann", "zoe")), UnknownError, "person_unknown"),
    (words("bob", in_reply_to="c9"), UnknownError, "comment_unknown"),
    (words("bob", in_reply_to="gone"), GoneError, "comment_deleted"),
]


@pytest.mark.parametrize(("comment", "error", "code"), REFUSED)
def test_what_names_nothing_that_is_there_is_refused(thread, comment, error, code):
    put(thread, "gone", words("cat"))
    thread.delete_comment("town", "note", "gone")

    raised(error, code, put, thread, "c2", comment)


def test_items_and_comments_that_are_not_there_are_unknown(thread):
    raised(UnknownError, "item_unknown", thread.comment, "town", "tune", "c1")
    raised(UnknownError, "comment_unknown", thread.comment, "town", "note", "c7")
    raised(UnknownError, "item_unknown", thread.thread_lines, "town", "tune")
    raised(UnknownError, "item_unknown", thread.thread_lines, "other", "note")


def test_who_writes_too_fast_is_told_when_to_come_back(thread):
    pace = (Pace(most=2, micros=MINUTE),)
    put(thread, "c2", words("bob"), NOW + 20_000_000, paces=pace)

    error = raised(
        BusyError,
        "comments_too_fast",
        put,
        thread,
        "c3",
        words("bob"),
        NOW + 30_000_000,
        paces=pace,
    )

    assert error.retry_seconds == 30
    put(thread, "c2", words("bob", "changed"), NOW + 30_000_000, paces=pace)
    put(thread, "c3", words("cat"), NOW + 30_000_000, paces=pace)
    put(thread, "c4", words("bob"), NOW + MINUTE, paces=pace)


def test_a_deleted_comment_leaves_its_place_and_no_word(thread):
    put(thread, "c2", words("cat", in_reply_to="c1"))
    thread.like_comment("town", "note", "c1", "cat", liked=True, now=NOW)

    thread.delete_comment("town", "note", "c1", by="bob")
    thread.delete_comment("town", "note", "c1")

    gone = thread.comment("town", "note", "c1")
    assert (gone.state, gone.text, gone.author_id) == (CommentState.DELETED, "", None)
    assert (gone.likes, gone.replies) == (0, 1)
    assert thread.comment_likes_of("town", "cat") == []
    raised(GoneError, "comment_deleted", put, thread, "c1", words("bob"))
    raised(GoneError, "comment_deleted", thread.like_comment, "town", "note", "c1", "cat", liked=True, now=NOW)  # fmt: skip


def test_nobody_deletes_the_comment_of_another(thread):
    with pytest.raises(ForbiddenError) as refused:
        thread.delete_comment("town", "note", "c1", by="ann")

    assert refused.value.code == "comment_of_another"
    assert thread.comment("town", "note", "c1").state == CommentState.LIVE


def test_a_hidden_comment_comes_back_with_its_words(thread):
    thread.hide_comment("town", "note", "c1", hidden=True)
    hidden = thread.comment("town", "note", "c1")
    thread.hide_comment("town", "note", "c1", hidden=False)

    assert (hidden.state, hidden.text) == (CommentState.HIDDEN, "well said")
    assert thread.comment("town", "note", "c1").state == CommentState.LIVE


def test_a_like_counts_once_and_can_be_taken_back(thread):
    likes = [
        thread.like_comment("town", "note", "c1", who, liked=on, now=NOW)
        for who, on in (("ann", True), ("ann", True), ("cat", True), ("ann", False), ("ann", False))
    ]

    assert likes == [1, 1, 2, 1, 1]
    assert thread.comment("town", "note", "c1").likes == 1
    assert thread.liked_comments("town", "cat", [1, 2]) == {1}
    assert thread.liked_comments("town", "zoe", [1]) == frozenset()
    raised(ConflictError, "comment_own", thread.like_comment, "town", "note", "c1", "bob", liked=True, now=NOW)  # fmt: skip
    raised(UnknownError, "person_unknown", thread.like_comment, "town", "note", "c1", "zoe", liked=True, now=NOW)  # fmt: skip


def test_a_thread_says_who_was_there_last_and_when(thread):
    put(thread, "c2", words("cat", in_reply_to="c1"), NOW + 10)
    thread.like_comment("town", "note", "c1", "ann", liked=True, now=Instant(NOW + 20))
    thread.like_comment("town", "note", "c2", "bob", liked=True, now=Instant(NOW + 30))

    lines = thread.thread_lines("town", "note")

    ordinals = {name: thread.person("town", name).ordinal for name in ("ann", "bob", "cat")}
    assert lines.item_owner == ordinals["ann"]
    assert lines.last_active == {
        ordinals["ann"]: NOW + 20, ordinals["bob"]: NOW + 30, ordinals["cat"]: NOW + 10,
    }  # fmt: skip
    assert [(line.number, line.parent, line.likes) for line in lines.lines] == [(1, None, 1), (2, 1, 1)]  # fmt: skip


def test_a_report_is_listed_with_its_reason_and_again_replaces_it(thread):
    put(thread, "c2", words("bob"))
    for comment_id, report in (
        ("c1", SPAM),
        ("c2", SPAM),
        ("c1", replace(SPAM, reason="false", note="")),
    ):
        thread.report_comment("town", "note", comment_id, "cat", report, now=NOW)

    listed = thread.comment_reports("town", limit=9)

    assert [(report.number, report.comment_id, report.reason, report.note) for report in listed] == [
        (1, "c1", "false", ""), (2, "c2", "spam", "again and again"),
    ]  # fmt: skip
    assert {(report.item_id, report.author_id, report.reporter_id) for report in listed} == {("note", "bob", "cat")}  # fmt: skip
    assert [report.number for report in thread.comment_reports("town", limit=9, after=1)] == [2]
    assert thread.comment_reports("town", limit=9, reporter_id="ann") == []
    thread.withdraw_report("town", "note", "c1", "cat")
    thread.withdraw_report("town", "note", "c1", "cat")
    assert [report.number for report in thread.comment_reports("town", limit=9)] == [2]
    raised(ConflictError, "comment_own", thread.report_comment, "town", "note", "c1", "bob", SPAM, now=NOW)  # fmt: skip


def test_an_erased_author_takes_words_likes_and_reports_along_and_leaves_the_replies_of_others(
    thread, dump
):
    put(thread, "c2", words("cat", "a reply", in_reply_to="c1", mentions=("bob",)))
    put(thread, "c3", words("cat"))
    thread.like_comment("town", "note", "c1", "cat", liked=True, now=NOW)
    thread.like_comment("town", "note", "c3", "bob", liked=True, now=NOW)
    thread.report_comment("town", "note", "c1", "cat", SPAM, now=NOW)
    thread.report_comment("town", "note", "c3", "bob", SPAM, now=NOW)

    thread.erase_person("town", "bob", now=NOW)

    gone, reply = (thread.comment("town", "note", comment_id) for comment_id in ("c1", "c2"))
    assert (gone.state, gone.text, gone.author_id) == (CommentState.ERASED, "", None)
    assert (gone.likes, gone.replies) == (0, 1)
    assert (reply.text, reply.mentions, reply.state) == ("a reply", (), CommentState.LIVE)
    assert thread.comment("town", "note", "c3").likes == 0
    assert dump()["comment_likes"] == dump()["comment_reports"] == []
    assert states(thread) == [(1, "ERASED"), (2, "LIVE"), (3, "LIVE")]


def test_what_somebody_said_liked_and_reported_is_theirs_to_take_along(thread):
    put(thread, "c2", words("cat"))
    put(thread, "c3", words("cat"))
    thread.delete_comment("town", "note", "c3")
    thread.hide_comment("town", "note", "c2", hidden=True)
    thread.like_comment("town", "note", "c1", "cat", liked=True, now=NOW)

    assert [(comment.id, comment.text) for comment in thread.comments_of("town", "cat")] == [("c2", "well said")]  # fmt: skip
    assert [like.comment_id for like in thread.comment_likes_of("town", "cat")] == ["c1"]
    raised(UnknownError, "person_unknown", thread.comments_of, "town", "zoe")


def test_below_an_erased_item_nobody_writes(thread):
    thread.erase_person("town", "ann", now=NOW)

    raised(GoneError, "item_erased", put, thread, "c2", words("bob"))


def test_ids_are_an_items_own_and_communities_share_nothing(thread):
    thread.put_item("town", "other", NOTE, now=NOW)
    thread.put_comment("town", "other", "c1", words("cat", "elsewhere"), now=NOW)

    assert thread.comment("town", "note", "c1").text == "well said"
    assert thread.comments_numbered("other", [1, 2]) == {}
    assert set(thread.comments_numbered("town", [1, 2, 3])) == {1, 2}


def test_a_pages_comment_awaits_its_event_until_it_is_made(thread):
    record = put(thread, "c2", words("cat"), by_page=True)
    thread.event_made("town", record.number)

    assert record.awaits_event
    assert not thread.comment("town", "note", "c2").awaits_event
