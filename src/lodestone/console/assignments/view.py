"""An order as a page shows it: how it stands, what was said and done, both numbers and why they differ, where the money is."""

from dataclasses import dataclass

from lodestone.console.assignments.now import Side, moves_of, now_said, silence_said, waits_for
from lodestone.console.assignments.said import (
    by_name,
    excluded_said,
    moment,
    move_said,
    stage_name,
    terms_said,
    title_of,
)
from lodestone.console.charts import whole
from lodestone.console.speech import MINUS, Speech
from lodestone.creators.assignment import AssignmentOut, CountOut, MoveOut
from lodestone.creators.brief import BriefOut
from lodestone.services.creators.order_desk import BriefShown, OfferShown, OrderShown


@dataclass(frozen=True, slots=True)
class Row:
    """An order, an offer or a bid in a list."""

    id: str
    is_order: bool
    """False of an offer or a bid that nobody has accepted."""
    title: str
    stage: str
    stage_name: str
    with_whom: str
    """The other side, by name."""
    terms: str
    now: str
    waits: bool
    """It waits for the reader."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move in the reader's words."""

    time: str
    by: str
    what: str
    text: str
    """What was written with it; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class CountRow:
    """One line of what was counted."""

    name: str
    figures: tuple[str, ...]
    """When the counted days were over, and with what was heard late, where that is known."""
    sum: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or words with their name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its page shows it."""

    id: str
    stage: str
    stage_name: str
    title: str
    brief: str
    """All of the brief's words; empty once they are gone."""
    now: str
    silence: str
    waits: bool
    moves: frozenset[str]
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    """The latest first."""
    counts: tuple[CountRow, ...]
    """Empty where nothing is counted, or nothing was yet."""
    late: bool
    """What was heard late is in it."""
    money: tuple[Fact, ...]
    item_id: str | None
    draft: str
    """The latest that was handed in; empty before the first, and once its words are gone."""


def row_of(
    speech: Speech, side: Side, order: AssignmentOut, of: BriefShown | None, *, offer_id: str = "", creator: str
) -> Row:  # fmt: skip
    """Show an order in a list.

    Args:
        speech: The reader's.
        side: Whose list it is.
        order: As it stands.
        of: Its brief.
        offer_id: Of an offer or a bid that nobody has accepted.
        creator: What the creator is called.
    """
    other = _advertiser(speech, of) if side == "creator" else creator
    return Row(
        offer_id or order.id, not offer_id, _title(speech, of), order.stage, stage_name(speech.words, order.stage), other,
        terms_said(speech, order.settlement), now_said(speech, side, order.stage, order.due),
        waits_for(side, order.stage),
    )  # fmt: skip


def offer_view(speech: Speech, side: Side, shown: OfferShown, creator: str) -> OrderView:
    """Show an offer or a bid as its page does; creator: what they are called."""
    return order_view(speech, side, OrderShown(shown.made, shown.of), creator)


def order_view(speech: Speech, side: Side, shown: OrderShown, creator: str) -> OrderView:
    """Show an order as its page does; creator: what they are called."""
    order, words = shown.order, speech.words
    return OrderView(
        id=order.id, stage=order.stage, stage_name=stage_name(words, order.stage),
        title=_title(speech, shown.of), brief="" if shown.of is None else shown.of.brief.text,
        now=now_said(speech, side, order.stage, order.due), silence=silence_said(words, order.stage),
        waits=waits_for(side, order.stage), moves=moves_of(side, order),
        facts=_facts(speech, order, shown.of, creator),
        steps=tuple(_step(speech, move) for move in reversed(order.history)),
        counts=_counts(speech, order), late=order.counted_late is not None, money=_money(speech, order),
        item_id=order.item_id, draft=next((move.text or "" for move in reversed(order.history) if move.move == "submit"), ""),
    )  # fmt: skip


def _title(speech: Speech, of: BriefShown | None) -> str:
    return speech.words.say("A brief that is gone") if of is None else title_of(of.brief.text)


def _advertiser(speech: Speech, of: BriefShown | None) -> str:
    return (of and of.advertiser) or speech.words.say("an advertiser who is gone")


def _facts(
    speech: Speech, order: AssignmentOut, of: BriefShown | None, creator: str
) -> tuple[Fact, ...]:
    """Say what was agreed."""
    say = speech.words.say
    facts = [
        Fact(say("Advertiser"), _advertiser(speech, of)),
        Fact(say("Creator"), creator or say("a creator who is gone")),
        Fact(say("What is paid"), terms_said(speech, order.settlement)),
    ]
    if of is not None:
        facts.append(Fact(say("First draft by"), moment(speech, of.brief.deadline)))
    facts.append(Fact(say("Rounds of changes left"), str(order.rounds_left)))
    if order.published_at is not None:
        facts.append(Fact(say("Published"), moment(speech, order.published_at)))
    if order.counted_through is not None:
        facts.append(Fact(say("Counted to the end of"), speech.day(order.counted_through)))
    return tuple(facts)


def _step(speech: Speech, move: MoveOut) -> Step:
    words = speech.words
    return Step(moment(speech, move.at), by_name(words, move.by), move_said(words, move), move.text or "")  # fmt: skip


def _counts(speech: Speech, order: AssignmentOut) -> tuple[CountRow, ...]:
    """Show both numbers and why they differ, line by line; nothing where nothing is counted or was yet."""
    counts = [count for count in (order.counted, order.counted_late) if count is not None]
    if order.settlement.kind == "fixed" or not counts:
        return ()
    say, plays = speech.words.say, order.settlement.kind == "cpm"
    rows = [
        CountRow(
            say("Plays as shown") if plays else say("Conversions as shown"),
            tuple(whole(count.shown) for count in counts), sum=True,
        )
    ]  # fmt: skip
    for reason, name in excluded_said(speech.words).items():
        numbers = [count.excluded.get(reason, 0) for count in counts]
        if any(numbers):
            rows.append(CountRow(name, tuple(_less(number) for number in numbers), sum=False))
    rows.append(
        CountRow(
            say("Plays as settled") if plays else say("Conversions as settled"),
            tuple(whole(count.settled) for count in counts), sum=True,
        )
    )  # fmt: skip
    return (*rows, *_amounts(speech, counts))


def _amounts(speech: Speech, counts: list[CountOut]) -> list[CountRow]:
    say, rows = speech.words.say, []
    if counts[0].value is not None:
        values = tuple("" if count.value is None else speech.exact(count.value.micros) for count in counts)  # fmt: skip
        rows.append(CountRow(say("Sold and not returned"), values, sum=False))
    amounts = tuple(speech.exact(count.amount.micros) for count in counts)
    return [*rows, CountRow(say("Comes to"), amounts, sum=True)]


def _less(count: int) -> str:
    return f"{MINUS}{whole(count)}" if count else "0"


def _money(speech: Speech, order: AssignmentOut) -> tuple[Fact, ...]:
    """Say where an order's money is: what was set aside, and once it is divided what each had of it."""
    say, exact = speech.words.say, speech.exact
    aside = Fact(say("Set aside"), exact(order.escrow.micros))
    if order.stage in ("offered", "bid"):
        return (Fact(say("To be set aside once it is accepted"), exact(order.escrow.micros)),)
    money = order.money
    if money is None:
        return (aside,)
    facts = [aside, Fact(say("To the creator, as counted"), exact(money.measured.micros))]
    if money.adjustment.micros:
        sign = "+" if money.adjustment.micros > 0 else MINUS
        change = f"{sign}{exact(abs(money.adjustment.micros))}"
        facts.append(Fact(say("Heard late, or found not to count"), change))
    return (*facts, Fact(say("Back to the advertiser"), exact(money.back.micros)))


def brief_facts(speech: Speech, brief: BriefOut) -> tuple[Fact, ...]:
    """Say what a brief asks for and promises."""
    words = speech.words
    days = brief.count_days
    return (
        Fact(words.say("What is paid"), terms_said(speech, brief.settlement)),
        Fact(words.say("First draft by"), moment(speech, brief.deadline)),
        Fact(
            words.say("Changes may be asked for"),
            words.count("{n} time", "{n} times", brief.review_rounds)
            if brief.review_rounds
            else words.say("never"),
        ),
        Fact(
            words.say("A draft that nobody answers is approved after"),
            words.count("{n} day", "{n} days", brief.approval_days),
        ),
        Fact(
            words.say("Counted, and kept up, after the day of publication for"),
            words.count("{n} day", "{n} days", days),
        ),
    )
