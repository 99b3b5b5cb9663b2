"""A dry run in the reader's words: how far it is, and what would change per outcome and per promise."""

from dataclasses import dataclass
from math import ceil

from lodestone.console.charts import Table, number, percent, whole
from lodestone.console.operator.policy.described import promise_text
from lodestone.console.operator.policy.fields import outcome
from lodestone.console.speech import Speech
from lodestone.insight.window import DOMAIN_WORDS
from lodestone.services.policy.dry_run_out import DryRunOut, OutcomeChange, PromiseChange
from lodestone.services.policy.trials import Trial
from lodestone.traffic.policy import Promise


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One figure now and then, and how far they may lie apart."""

    name: str
    now: str
    then: str
    change: str
    """The change with its 95 % interval."""
    verdict: str
    look: str
    """`more`, `less` or `same`: whether the interval leaves out no change."""


@dataclass(frozen=True, slots=True)
class TrialView:
    """One dry run."""

    id: str
    begun: str
    ended: bool
    failed: str
    progress: str
    """How far it is and how long it will take; empty once it has ended."""
    share: float
    """Of the receipts that are done, in per cent."""
    answer: str = ""
    value: str = ""
    outcomes: tuple[ChangeRow, ...] = ()
    promises: tuple[ChangeRow, ...] = ()
    domains: Table | None = None
    foot: str = ""


def trial_view(trial: Trial, speech: Speech) -> TrialView:
    """Say how a dry run stands."""
    begun, result = speech.moment(trial.begun, seconds=False), trial.result
    share = 100 * trial.done / trial.total if trial.total else 0.0
    if result is None:
        progress = "" if trial.failed else _progress(trial, speech)
        return TrialView(trial.id, begun, trial.ended, trial.failed, progress, round(share, 1))
    rows = tuple(_outcome(change, speech) for change in result.outcomes)
    by_id = {promise.id: promise for promise in trial.proposed.promises}
    promise_rows = tuple(
        _promise(promise, by_id[promise.id], speech) for promise in result.promises
    )
    return TrialView(
        trial.id, begun, ended=True, failed="", progress="", share=100.0,
        answer=_answer(result, speech), value=_value(result, speech), outcomes=rows, promises=promise_rows,
        domains=_domains(result, speech), foot=_foot(result, speech),
    )  # fmt: skip


def _progress(trial: Trial, speech: Speech) -> str:
    words, left = speech.words, trial.seconds_left()
    if left is None:
        return words.say("Waiting for its turn.")
    return words.count(
        "{done} of {total} decisions tried; about {n} second left.",
        "{done} of {total} decisions tried; about {n} seconds left.",
        ceil(left), {"done": whole(trial.done), "total": whole(trial.total)},
    )  # fmt: skip


def _answer(result: DryRunOut, speech: Speech) -> str:
    say = speech.words.say
    if not result.receipts:
        return say("There was no decision in the last day, so there is nothing to try it on.")
    if not result.changed_slates:
        return say("None of the last day's pages would have changed.")
    share = percent(result.changed_slates / result.receipts, 2)
    fields = {"share": share, "slots": percent(result.changed_slots / max(1, result.slots), 2)}
    return say(
        "{share} of the last day's pages would have been others, and {slots} of their slots.",
        fields,
    )


def _value(result: DryRunOut, speech: Speech) -> str:
    say, before = speech.words.say, result.value_before_micros
    if not result.receipts or before <= 0:
        return ""
    low, high = result.value_change_low_micros, result.value_change_high_micros
    change = (result.value_after_micros - before) / before
    fields = {
        "change": signed(100 * change),
        "low": signed(100 * low / before),
        "high": signed(100 * high / before),
    }
    return say("Value by these worths: {change} % (95 % interval {low} to {high} %).", fields)


def signed(value: float) -> str:
    """Write a change with its sign, to three digits.

    >>> signed(1.234), signed(-0.5), signed(0.0)
    ('+1.23', '\u22120.5', '0')
    """
    text = number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def _outcome(moved: OutcomeChange, speech: Speech) -> ChangeRow:
    name = (
        speech.words.say("Minutes of watching")
        if moved.outcome == "watch"
        else outcome(speech.words, moved.outcome)
    )
    change = moved.after - moved.before
    texts = [signed(value) for value in (change, moved.change_low, moved.change_high)]
    return _row(
        name,
        number(moved.before),
        number(moved.after),
        texts,
        (moved.change_low, moved.change_high),
        speech,
    )


def _promise(change: PromiseChange, promise: Promise, speech: Speech) -> ChangeRow:
    gini = promise.kind == "gini"
    before, after = (
        (change.before, change.after) if gini else (change.slots_before, change.slots_after)
    )
    low, high = change.change_low or 0.0, change.change_high or 0.0
    assert before is not None
    assert after is not None
    unit = 1.0 if gini else 100.0
    shown = [f"{value:.3f}" if gini else percent(value) for value in (before, after)]
    texts = [signed(round(unit * value, 3)) for value in (after - before, low, high)]
    name = promise_text(promise, speech)[0]
    return _row(name, shown[0], shown[1], texts, (low, high), speech)


def _row(
    name: str, now: str, then: str, texts: list[str], span: tuple[float, float], speech: Speech
) -> ChangeRow:
    say = speech.words.say
    change = say(
        "{change} ({low} to {high})", dict(zip(("change", "low", "high"), texts, strict=True))
    )
    if span[0] > 0:
        return ChangeRow(name, now, then, change, say("more"), "more")
    if span[1] < 0:
        return ChangeRow(name, now, then, change, say("less"), "less")
    if span == (0.0, 0.0):
        return ChangeRow(name, now, then, say("none"), say("no change"), "same")
    return ChangeRow(name, now, then, change, say("not clear"), "same")


def _domains(result: DryRunOut, speech: Speech) -> Table:
    say = speech.words.say
    return Table(
        (say("Domain"), say("Slots now"), say("Slots then")),
        tuple(
            (
                speech.domain(name), whole(result.by_domain_before.get(name, 0)),
                whole(result.by_domain_after.get(name, 0)),
            )
            for name in DOMAIN_WORDS
        ),
    )  # fmt: skip


def _foot(result: DryRunOut, speech: Speech) -> str:
    fields = {"n": whole(result.receipts), "all": whole(result.receipts_of_day)}
    return speech.words.say(
        "{n} of the {all} decisions of the last 24 hours, decided again from their receipts. Intervals come from drawing those decisions anew, the same ones now and then: they say how sure the comparison is, not how people would answer to what they see.",
        fields,
    )
