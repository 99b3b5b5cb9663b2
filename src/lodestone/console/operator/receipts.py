"""Receipts: the latest in a list, and one in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lodestone.console.charts import Table, number, percent, whole
from lodestone.console.operator.posts import PostCard
from lodestone.console.speech import Speech
from lodestone.events.outcomes import WATCH_UNIT_SECONDS
from lodestone.services.receipts.receipts import Candidate, ReceiptLine, ReceiptOut

_LEAST_SHARE: Final = 0.005
"""Parts of a value below this share of it are told together."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One receipt of the list, in the reader's words."""

    id: str
    time: str
    viewer: str
    surface: str
    candidates: str
    slots: str
    explored: str
    degraded: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Part:
    """An outcome's part of a candidate's value: its place on the bar and its words."""

    name: str
    chance: str
    worth: str
    value: str
    start: float
    width: float
    gain: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a receipt, and why it holds what it holds."""

    slot: int
    item_id: str
    post: PostCard | None
    """None for one that cannot be read."""
    domain: str
    domain_name: str
    why: str
    value: str
    net: str
    parts: tuple[Part, ...]
    promises: str
    chance: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt in plain words."""

    id: str
    title: str
    asked: str
    weighed: str
    dropped: tuple[tuple[str, str], ...]
    slots: tuple[Slot, ...]
    runner_up: str
    notes: tuple[str, ...]


def rows(lines: Sequence[ReceiptLine], speech: Speech) -> tuple[ReceiptRow, ...]:
    """Write the latest receipts."""
    say = speech.words.say
    return tuple(
        ReceiptRow(
            id=line.receipt_id,
            time=speech.moment(datetime.fromisoformat(line.time)),
            viewer=_viewer(line, speech),
            surface=speech.surface(line.surface)
            + (f" ({line.domain_id})" if line.domain_id else ""),
            candidates=whole(line.candidates),
            slots=f"{line.filled} / {line.slots}",
            explored=str(line.explored_slot) if line.explored_slot else say("none"),
            degraded=speech.listed(line.degraded) or say("nothing"),
            opens=not line.erased,
        )
        for line in lines
    )


def _viewer(line: ReceiptLine, speech: Speech) -> str:
    if line.erased:
        return speech.words.say("erased")
    return line.viewer or speech.words.say("nobody signed in")


def items_of(receipt: ReceiptOut) -> set[str]:
    """Return the ids of the posts that a receipt is told with: those shown, and the next in line."""
    runner = _runner_up(receipt)
    shown = {candidate.item_id for candidate in receipt.slate}
    return shown if runner is None else {*shown, runner.item_id}


def _runner_up(receipt: ReceiptOut) -> Candidate | None:
    return next((candidate for candidate in receipt.pool if candidate.reason == "runner_up"), None)


def told(
    receipt: ReceiptOut, line: ReceiptLine, posts: Mapping[str, PostCard], speech: Speech
) -> ReceiptView:
    """Tell one receipt: who asked for what, what was weighed, why each slot went as it did.

    Args:
        receipt: The receipt.
        line: Its line in a list.
        posts: Cards of `items_of` it, by id.
        speech: How to say it.
    """
    say = speech.words.say
    runner = _runner_up(receipt)
    return ReceiptView(
        id=receipt.receipt_id,
        title=speech.words.count(
            "Why this one post was shown", "Why these {n} posts were shown", len(receipt.slate)
        ),
        asked=say(
            "{time}: a viewer ({viewer}) asked for {slots} posts on {surface}.",
            {
                "time": speech.moment(datetime.fromisoformat(receipt.time)),
                "viewer": _viewer(line, speech),
                "slots": receipt.slots,
                "surface": speech.surface(receipt.surface),
            },
        ),
        weighed=say(
            "{candidates} posts could have been shown; {pool} came to the last round, {shown} were shown.",
            {
                "candidates": whole(receipt.candidates),
                "pool": whole(len(receipt.pool)),
                "shown": whole(len(receipt.slate)),
            },
        ),
        dropped=tuple(
            (drop_name(reason, speech), whole(count))
            for reason, count in sorted(receipt.dropped.items(), key=lambda pair: -pair[1])
        ),
        slots=tuple(
            _slot(candidate, receipt, posts.get(candidate.item_id), speech)
            for candidate in receipt.slate
        ),
        runner_up=""
        if runner is None
        else say(
            "Next in line: {item}, at {net} a thousand.",
            {"item": _called(posts, runner.item_id), "net": speech.money(1000 * runner.net)},
        ),
        notes=_notes(receipt, speech),
    )


def _called(posts: Mapping[str, PostCard], item_id: str) -> str:
    return f"“{posts[item_id].text}”" if item_id in posts else item_id


def _slot(candidate: Candidate, receipt: ReceiptOut, post: PostCard | None, speech: Speech) -> Slot:
    say = speech.words.say
    return Slot(
        slot=candidate.slot or 0,
        item_id=candidate.item_id,
        post=post,
        domain=candidate.domain,
        domain_name=speech.domain(candidate.domain),
        why=_why(candidate, receipt, speech),
        value=speech.money(1000 * candidate.value),
        net=speech.money(1000 * candidate.net),
        parts=_parts(candidate, receipt, speech),
        promises=speech.listed(candidate.promises),
        chance=say(
            "Chance that it would stand here: {share}.",
            {"share": percent(candidate.propensity or 0)},
        ),
    )


def _why(one: Candidate, receipt: ReceiptOut, speech: Speech) -> str:
    say = speech.words.say
    if one.slot == receipt.explored_slot:
        return say("Drawn by chance, so that the engine goes on learning")
    return {
        "taste": say("Like what this viewer stayed on"),
        "trending": say("Many are looking at it now"),
        "new": say("New, and owed its first impressions"),
        "neighbours": say("From the neighbourhood"),
        "channel": say("From a channel of this viewer"),
        "profession": say("From the viewer's trade"),
        "followed": say("By somebody the viewer follows"),
        "alike": say("Taken to by people alike, or by many"),
        "live": say("Live now"),
    }.get(one.source, one.source)


def _parts(one: Candidate, receipt: ReceiptOut, speech: Speech) -> tuple[Part, ...]:
    """Split a candidate's value by outcome: gains, then losses, the largest of each first, small ones left out."""
    worth = {
        name: chance * receipt.worths[name] for name, chance in one.chances.items()
    }  # `watch` is told in seconds, and its worth is of a second
    size = sum(abs(value) for value in worth.values())
    if not size:
        return ()
    found, start = [], 0.0
    for name, value in sorted(worth.items(), key=lambda pair: (pair[1] < 0, -abs(pair[1]))):
        width = 100 * abs(value) / size
        if width < 100 * _LEAST_SHARE:
            continue
        found.append(
            Part(
                outcome_name(name, speech),
                _chance(name, one.chances[name], speech),
                speech.money(receipt.worths[name]),
                speech.money(1000 * value),
                round(start, 2),
                round(width, 2),
                gain=value >= 0,
            )
        )
        start += width
    return tuple(found)


def _chance(name: str, chance: float, speech: Speech) -> str:
    if name == "watch":
        assert chance <= WATCH_UNIT_SECONDS
        return speech.words.say("{n} seconds", {"n": number(chance)})
    return percent(chance)


def outcome_name(name: str, speech: Speech) -> str:
    """Name an outcome."""
    say = speech.words.say
    return {
        "watch": say("watching"),
        "click": say("click"),
        "long_view": say("staying on it"),
        "like": say("like"),
        "comment": say("comment"),
        "share": say("share"),
        "follow": say("follow"),
        "profile_visit": say("visit to the author"),
        "shop_visit": say("visit to the shop"),
        "order": say("order"),
        "not_interested": say("not interested"),
        "hide": say("hide"),
        "report": say("report"),
    }[name]


def drop_name(reason: str, speech: Speech) -> str:
    """Name why a post was not shown."""
    say = speech.words.say
    return {
        "not_live": say("not live"),
        "own_post": say("the viewer's own"),
        "seen": say("seen already"),
        "served_in_chain": say("on an earlier page"),
        "blocked_author": say("author blocked"),
        "muted_author": say("author muted"),
        "rejected": say("the viewer did not want it"),
        "out_of_area": say("too far away"),
        "out_of_surface": say("does not belong here"),
        "not_climbed": say("not yet ready for the public"),
        "other_language": say("another language"),
        "hidden_in_domain": say("hidden by the domain's moderators"),
        "out_of_reach": say("its shop does not sell there"),
        "label_drop": say("held back for safety"),
        "not_finite": say("no value could be told"),
        "outbid": say("worth less than the last round's"),
        "runner_up": say("in the last round, no slot left"),
        "author_full": say("author already shown enough"),
        "too_close": say("too close to the same author"),
        "topic_shown": say("its topic is on the page already"),
    }.get(reason, reason)


def _notes(receipt: ReceiptOut, speech: Speech) -> tuple[str, ...]:
    say, notes = speech.words.say, []
    if not receipt.personalised:
        notes.append(
            say("Without consent to personalisation only place, language and popularity decided.")
        )
    if receipt.degraded:
        parts = speech.listed(receipt.degraded)
        notes.append(say("Something did not answer and was left out: {parts}.", {"parts": parts}))
    if receipt.relaxed:
        notes.append(
            say(
                "Too few authors to choose from: their posts may stand closer and more often, so that the page is full."
            )
        )
    if receipt.exact:
        notes.append(
            say("No other order of these posts would have been worth more; this is proven.")
        )
    else:
        notes.append(
            say(
                "The order was searched, not proven; no other is worth more than {bound} above it for the whole feed.",
                {"bound": speech.money(max(0.0, receipt.bound_micros - receipt.objective_micros))},
            )
        )
    notes.append(
        say(
            "Policy {policy}, prices {prices}, predictor {predictor}.",
            {
                "policy": receipt.policy_version,
                "prices": receipt.price_version,
                "predictor": receipt.predictor_version,
            },
        )
    )
    return tuple(notes)


def table_of(rows: Sequence[ReceiptRow], times: Sequence[str], speech: Speech) -> Table:
    """Write the list of receipts as a table of texts, for a file."""
    say = speech.words.say
    head = (
        say("Time"), say("Receipt"), say("Viewer"), say("Surface"), say("Candidates"), say("Slots filled"),
        say("Slot drawn by chance"), say("Left out"),
    )  # fmt: skip
    texts = tuple(
        (row.time, row.id, row.viewer, row.surface, row.candidates, row.slots, row.explored, row.degraded)
        for row in rows
    )  # fmt: skip
    return Table(head, texts, tuple(times))
