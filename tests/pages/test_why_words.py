"""What "Why this?" says contradicts itself in no case: each sentence beside the facts it is said of."""

import re
from gettext import NullTranslations

import pytest

from lodestone.console.because import Subject
from lodestone.console.site import FOLDER
from lodestone.console.viewer.feed_page import About
from lodestone.console.why import why
from lodestone.console.words import Catalogue, Words
from lodestone.services.feed.messages import TermNote
from lodestone.services.receipts.explain import Part, Reasons

ENGLISH = Words("en", NullTranslations())
POPULAR = TermNote(term="popular", micros=900.0, logits={}, deeds=[])
WATCH = Part(outcome="like", chance=1e-9, worth=1.0, micros=1e-6)
PLAIN = {
    "receipt_id": "rcp_0", "slot": 1, "item_id": "i0", "domain": "public", "domain_id": None, "domain_kind": "public",
    "source": "taste", "personalised": True, "parts": [], "value_micros": 1000.0, "steps": [], "net_micros": 1000.0,
    "payment_micros": 0, "runner_up": None, "propensity": 0.98, "by_chance": False, "explored": 0.02, "candidates": 9,
    "impressions": 100, "stayed": 70, "tags": (), "topic": None, "terms": [], "untold": None, "identical": True,
}  # fmt: skip


def told(**facts):
    about = About(distance_km=None, domain_name="Food", author="Ann", text="tea")
    subject = Subject(told=Reasons(**{**PLAIN, **facts}), shown=about, titles={})
    return why(ENGLISH, subject, None, currency="CNY")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "Close to what you stayed on before, and 7 in 10 who saw it stayed."),
        ({"by_chance": True, "tags": ("tea",), "terms": [POPULAR]}, "Drawn by chance, so that new things get their turn."),
        ({"by_chance": True, "personalised": False}, "Drawn by chance, so that new things get their turn; nothing you did was used to choose it."),
        ({"domain_kind": "private", "personalised": False}, "From Ann, whom you follow; beyond that, nothing you did was used to choose it."),
        ({"domain_kind": "channel", "personalised": False}, "From the channel Food; beyond that, nothing you did was used to choose it."),
        ({"source": "new", "terms": [POPULAR]}, "New, and getting its first looks."),
        ({"source": "trending", "terms": [POPULAR]}, "Many people stayed on it lately, and 7 in 10 who saw it stayed."),
        ({"source": "live", "terms": [POPULAR]}, "Live now; it is here because many people here took to it."),
    ],
)  # fmt: skip
def test_the_sentence_says_nothing_that_its_opening_denies(facts, sentence):
    assert told(**facts).sentence == sentence


def test_what_was_drawn_has_no_reasons_and_what_won_speaks_of_no_other_draw():
    drawn, won = told(by_chance=True, terms=[POPULAR]), told(terms=[POPULAR])

    assert (drawn.reasons, len(won.reasons)) == ([], 1)
    assert drawn.chance.startswith("This place was filled by a draw: 98 in 100 for this post.")
    assert won.chance.startswith("It won this place by its worth, not by a draw. 2 in 100 places")
    assert won.chance.endswith("the chance of this post here was 98 in 100.")
    assert (
        told(explored=0.0).chance == "It won this place by its worth; no place is left to a draw."
    )


def test_no_chance_is_written_with_a_power_of_ten():
    assert [part.chance for part in told(parts=[WATCH]).parts] == ["0.0000001 in 100"]


OUTCOMES = {
    "comment": ("A comment", "一条评论"), "share": ("Sharing it", None), "like": ("A like", None),
    "follow": ("Following the author", None),
}  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_is_called_by_the_word_that_its_button_has(outcome):
    english, chinese = OUTCOMES[outcome]
    (part,) = told(parts=[Part(outcome=outcome, chance=0.1, worth=1.0, micros=1.0)]).parts

    assert part.name == english
    if chinese is not None:
        assert Catalogue(FOLDER / "locale").words("zh").say(english) == chinese


OF_COMMENTS = (
    "why.py", "because.py", "viewer/comments.py", "static/composer.js", "static/thread.js", "static/comment-item.js",
    "static/comments.js", "static/session.js", "templates/viewer_keys.html",
)  # fmt: skip


@pytest.mark.parametrize("name", OF_COMMENTS)
def test_no_sentence_calls_a_comment_or_a_reply_an_answer(name):
    text = (FOLDER / name).read_text()
    said = re.findall(r"""(?:say|count|\bt|_)\(\s*"((?:[^"\\]|\\.)*)\"""", text)

    assert said
    assert [sentence for sentence in said if re.search(r"(?i)\banswer", sentence)] == []
