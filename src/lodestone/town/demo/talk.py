"""What residents write below the demo's posts, and what authors and others answer: drawn from what a post is about.

Whoever comments in the living town says what is written here, and some who like a post do; their comments are told as events.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, MINUTE_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import AsyncClient as Client
from lodestone.town.demo.dressing import Dressed
from lodestone.town.demo.matters import MATTERS, lines_of
from lodestone.town.demo.words.talk import OTHERS, TALK
from lodestone.town.people.behaviour import OUTCOMES
from lodestone.town.presentation import Json
from lodestone.town.study.diary import Shelf
from lodestone.town.truth import LIVE, ORDINARY, Truth

_ANSWERED: Final = 0.6
"""Chance that the author answers."""
_JOINED: Final = 0.25
"""Chance that somebody else replies."""
_WITHIN_MINUTES: Final = 90
_FROM_HOUR, _HOURS = 8.0, 14.0
_AT_LEAST: Final = 5 * MINUTE_MICROS
"""Between a post and the first thing said below it."""
_COMMENT, _LIKE = OUTCOMES.index("comment"), OUTCOMES.index("like")
_SAYS_MORE: Final = 0.4
"""Chance that who likes a post says something too: people of the demo talk more than those of the studied town."""


def _pairs() -> dict[str, tuple[tuple[str, str], ...]]:
    remarks: dict[str, list[tuple[str, str]]] = {}
    tag = ""
    for line in lines_of(TALK):
        if "|" in line:
            comment, _, answer = line.partition("|")
            remarks[tag].append((comment.strip(), answer.strip()))
        else:
            tag = line.strip()
            remarks[tag] = []
    return {name: tuple(pairs) for name, pairs in remarks.items()}


PAIRS: Final = _pairs()
"""By matter: comments, each with what the author of the post answers."""
assert set(PAIRS) == set(MATTERS)


@dataclass(frozen=True, slots=True)
class Remark:
    """Somebody who has commented on a post."""

    person: str
    author: str
    """Who made the post."""
    item: str
    number: int
    """The post's, of all the town's."""
    tag: str
    """Of the matter it is about."""
    before: int
    """Comments below the post so far."""
    at: Instant


class Talk:
    """Writes the comments of one town, day by day.

    Args:
        client: May write in the town's community.
        streams: The town's chance.
        shelf: Holds who commented on what.
        dressed: Knows what posts are about.
    """

    def __init__(self, client: Client, streams: Streams, shelf: Shelf, dressed: Dressed) -> None:
        self._client = client
        self._streams = streams
        self._shelf = shelf
        self._dressed = dressed
        self._counted = Counter[int]()
        self._next = 0

    async def of_day(self, truth: Truth, day: int, end: Instant) -> None:
        """Write what was said on a day that has ended; days before it are only counted.

        Args:
            truth: The town at the end of that day.
            day: Which.
            end: Its last microsecond.
        """
        people = truth.people
        others = people.resident & (people.kind == ORDINARY) & ~people.minor & ~people.gone
        names = [f"p{row}" for row in others.nonzero()[0].tolist()]
        events: list[Json] = []
        for lived in range(self._next, day + 1):
            for person, post, known in self._said(lived):
                before, self._counted[post] = self._counted[post], self._counted[post] + 1
                if lived == day and truth.posts.kind[post] != LIVE:
                    remark = self._remark(truth, person, post, before, end)
                    await self._write(remark, names, end)
                    events += [] if known else [_event(remark)]
        self._next = day + 1
        await self._client.events(events)

    def _said(self, day: int) -> list[tuple[int, int, bool]]:
        """Return who says something on a day, below which post, and whether the town has told that they did."""
        page = self._shelf.day(day)
        assert page is not None
        looks, _ = page
        comments, likes = looks.done[:, _COMMENT], looks.done[:, _LIKE]
        more = self._streams.of("says more", day).random(comments.size) < _SAYS_MORE
        rows = (comments | (likes & more)).nonzero()[0]
        columns = (column[rows].tolist() for column in (looks.person, looks.post, comments))
        return list(zip(*columns, strict=True))

    def _remark(self, truth: Truth, person: int, post: int, before: int, end: Instant) -> Remark:
        """Say when it was said: after the post, in the afternoon or evening."""
        hour = _FROM_HOUR + _HOURS * float(self._streams.of("said at", post, before).random())
        posted = int(truth.posts.created[post]) + _AT_LEAST
        at = max(posted, end - DAY_MICROS + int(hour * HOUR_MICROS))
        return Remark(
            person=f"p{person}", author=f"p{truth.makers.person[truth.posts.maker[post]]}", item=f"i{post}", number=post,
            tag=self._dressed.matter_of(truth, post).tag, before=before, at=Instant(min(at, end)),
        )  # fmt: skip

    async def _write(self, remark: Remark, others: list[str], end: Instant) -> None:
        for name, body in thread(self._streams, remark, others, end):
            await self._client.ask("PUT", f"/v1/items/{remark.item}/comments/{name}", body)


def _event(remark: Remark) -> Json:
    """Tell that somebody has commented whom the town has only seen like a post."""
    return {
        "id": f"{remark.item}-said-{remark.before}", "type": "comment", "time": time_text(remark.at),
        "person_id": remark.person, "item_id": remark.item,
    }  # fmt: skip


def thread(
    streams: Streams, remark: Remark, others: list[str], end: Instant
) -> Iterator[tuple[str, Json]]:
    """Write a comment and what is answered to it, each with its id.

    Args:
        streams: The town's chance.
        remark: Who comments on what.
        others: People one of whom may reply.
        end: Nothing is said later.
    """
    chance = streams.of("talk", remark.number, remark.before)
    pairs = PAIRS[remark.tag]
    order = streams.of("talk of a post", remark.number).permutation(len(pairs))
    comment, answer = pairs[int(order[remark.before % len(pairs)])]
    name, language = f"c{remark.before}", {"language": "zh"}
    first = {"author_id": remark.person, "text": comment, "created_at": time_text(remark.at)}
    yield name, first | language
    waits = (int(share * _WITHIN_MINUTES * MINUTE_MICROS) for share in chance.random(2))
    later = [min(end, Instant(remark.at + wait)) for wait in waits]
    if chance.random() < _ANSWERED and remark.author != remark.person:
        yield f"{name}-a", {
            "author_id": remark.author, "text": answer, "in_reply_to": name, "created_at": time_text(later[0]),
        } | language  # fmt: skip
    if others and chance.random() < _JOINED:
        lines = lines_of(OTHERS)
        other = others[int(chance.integers(len(others)))]
        if other not in (remark.person, remark.author):
            yield f"{name}-b", {
                "author_id": other, "text": lines[int(chance.integers(len(lines)))], "in_reply_to": name,
                "created_at": time_text(later[1]),
            } | language  # fmt: skip
