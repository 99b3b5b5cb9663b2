"""Reviews move by one table: what a decision and an appeal lead to, and what each state refuses."""

import pytest

from lodestone.base.errors import ConflictError
from lodestone.content.review import after_appeal, after_decision, ruling_of

DECIDING = [
    ("open", None, "hide", False, "decided"),
    ("open", None, "dismiss", False, "decided"),
    ("decided", "hide", "hide", False, "decided"),
    ("decided", "hide", "warn", False, "review_decided"),
    ("decided", "hide", "warn", True, "decided"),
    ("appealed", "hide", "hide", False, "closed"),
    ("appealed", "hide", "dismiss", False, "closed"),
    ("closed", "hide", "hide", False, "closed"),
    ("closed", "hide", "dismiss", False, "review_decided"),
    ("closed", "hide", "dismiss", True, "closed"),
]
APPEALING = [
    ("open", None, "review_open"), ("decided", "dismiss", "appeal_needless"),
    ("decided", "hide", "appealed"), ("decided", "warn", "appealed"),
    ("appealed", "hide", "appeal_made"), ("closed", "hide", "appeal_made"),
    ("closed", "dismiss", "appeal_made"),
]  # fmt: skip


def outcome(move, *args, **named):
    try:
        return move(*args, **named)
    except ConflictError as error:
        return error.code


@pytest.mark.parametrize(("state", "standing", "wanted", "change", "expected"), DECIDING)
def test_a_decision_leads_where_the_table_says_or_is_refused(
    state, standing, wanted, change, expected
):
    assert outcome(after_decision, state, standing, wanted, change=change) == expected


@pytest.mark.parametrize(("state", "standing", "expected"), APPEALING)
def test_an_appeal_is_made_once_and_only_against_what_was_done_to_a_post(state, standing, expected):
    assert outcome(after_appeal, state, standing) == expected


def test_of_several_decisions_about_a_post_the_strictest_holds():
    assert [ruling_of(list(some)) for some in (
        [], [None], ["dismiss"], ["dismiss", "warn"], ["hide", "dismiss", "warn"],
    )] == [0, 0, 0, 1, 2]  # fmt: skip
