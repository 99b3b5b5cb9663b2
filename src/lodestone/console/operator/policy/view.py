"""What the template of the policy's form is told: every field with what is typed, its range and what is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lodestone.console.charts import percent
from lodestone.console.operator.policy.described import promise_text, value_of, value_text
from lodestone.console.operator.policy.fields import CHOICES, Field, choice, groups
from lodestone.console.operator.policy.form import Typed, bounds
from lodestone.console.operator.policy.promise_rows import (
    BUILT_IN,
    DIRECTIONS,
    SELECTS,
    built_in,
    direction,
    own,
    rows_of,
    said,
    selects,
)
from lodestone.console.speech import Speech
from lodestone.insight.promises import PromiseOut
from lodestone.traffic.policy import Policy


@dataclass(frozen=True, slots=True)
class Entry:
    """One field as it is shown."""

    id: str
    name: str
    label: str
    sentence: str
    range: str
    """Its least and most, and what no entry means."""
    now: str
    """What is in force."""
    value: str
    after: str
    choices: tuple[tuple[str, str], ...] = ()
    wrong: str = ""
    before: str = ""
    """A currency's sign."""


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """Fields that belong together."""

    id: str
    title: str
    sentence: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class PromiseEntry:
    """One promise as it is shown."""

    row: str
    """Beginning of its inputs' names."""
    name: str
    sentence: str
    on: bool
    now: str
    """What is in force, and how far it is kept."""
    at: float | None
    """What is delivered now, in per cent of the bar; None where nobody knows."""
    goal: float | None
    """Where the target in force stands on it."""
    state: str
    target: Entry | None
    cap: Entry | None
    id: Entry | None = None
    direction: Entry | None = None
    field: Entry | None = None
    equals: Entry | None = None


def entry_groups(
    typed: Typed, wrong: Mapping[str, str], current: Policy, speech: Speech
) -> tuple[EntryGroup, ...]:
    """Return every group of fields but the promises."""
    return tuple(
        EntryGroup(
            group.id, group.title, group.sentence,
            tuple(_entry(field, typed, wrong, current, speech) for field in group.fields),
        )
        for group in groups(speech.words)
    )  # fmt: skip


def _entry(
    field: Field, typed: Typed, wrong: Mapping[str, str], current: Policy, speech: Speech
) -> Entry:
    say = speech.words.say
    now = say("In force: {value}", {"value": value_text(field, value_of(current, field), speech)})
    choices = tuple(
        (name, choice(speech.words, name)) for name in CHOICES if field.unit == "choice"
    )
    return Entry(
        _id(field.name), field.name, field.label, field.sentence, _range(field, speech), now,
        typed.get(field.name, ""), "%" if field.unit == "share" else field.after, choices, wrong.get(field.name, ""),
        speech.sign if field.unit == "money" else "",
    )  # fmt: skip


def _id(name: str) -> str:
    return name.replace(".", "-")


def _range(field: Field, speech: Speech) -> str:
    if field.unit == "choice":
        return ""
    low, high = bounds(field, speech)
    text = speech.words.say("{low} to {high}", {"low": low, "high": high})
    empty = speech.words.say("empty: {meaning}", {"meaning": field.empty})
    return speech.listed([text, empty]) if field.empty else text


def promise_entries(
    typed: Typed,
    wrong: Mapping[str, str],
    current: Policy,
    delivered: Sequence[PromiseOut],
    speech: Speech,
) -> tuple[PromiseEntry, ...]:
    """Return every promise, and an empty row for one more of the community's own."""
    known, lines = {report.id: report for report in delivered}, []
    for kind in BUILT_IN:
        row, promise = f"promise.{kind}", built_in(current.promises, kind)
        texts = said(speech.words)[kind]
        levels = _Levels(row, typed, wrong, speech, gini=kind == "gini")
        fixed = kind == "exploration"
        lines.append(
            PromiseEntry(
                row, texts.name, texts.sentence, f"{row}.on" in typed,
                _now(promise_text(promise, speech)[1], known.get(promise.id), speech),
                *_place(known.get(promise.id)),
                None if fixed else levels.target(), None if fixed else levels.cap(),
            )
        )  # fmt: skip
    mine = {promise.id: promise for promise in own(current.promises)}
    lines += [_own(f"own.{at}", typed, wrong, mine, known, speech) for at in rows_of(typed)]
    return tuple(lines)


def _own(
    row: str, typed: Typed, wrong: Mapping[str, str], mine: Mapping[str, object],
    known: Mapping[str, PromiseOut], speech: Speech,
) -> PromiseEntry:  # fmt: skip
    say, words = speech.words.say, speech.words
    name = typed.get(f"{row}.id", "")
    levels = _Levels(row, typed, wrong, speech, gini=False)
    ways = tuple((way, direction(words, way)) for way in DIRECTIONS)
    fields = tuple((select, selects(words, select)) for select in SELECTS)
    out = known.get(name)
    return PromiseEntry(
        row, name or say("One more of your own"),
        say("A share of impressions for the posts that you select by one of their fields."),
        f"{row}.on" in typed or not name, _now("", out, speech) if name in mine else "", *_place(out),
        levels.target(), levels.cap(),
        id=levels.entry("id", say("Name")), direction=levels.entry("direction", say("Bound"), ways),
        field=levels.entry("field", say("Selected by"), fields), equals=levels.entry("equals", say("which equals")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Levels:
    """Makes the entries of one promise."""

    row: str
    typed: Typed
    wrong: Mapping[str, str]
    speech: Speech
    gini: bool

    def entry(
        self, name: str, label: str, choices: tuple[tuple[str, str], ...] = (), span: str = "", after: str = ""
    ) -> Entry:  # fmt: skip
        full = f"{self.row}.{name}"
        return Entry(
            _id(full), full, label, "", span, "", self.typed.get(full, ""), after, choices,
            self.wrong.get(full, ""),
        )  # fmt: skip

    def target(self) -> Entry:
        say = self.speech.words.say
        if self.gini:
            return self.entry(
                "target", say("Target"), span=say("{low} to {high}", {"low": "0", "high": "1"})
            )
        span = say("{low} to {high}", {"low": "0", "high": "100\u202f%"})
        return self.entry("target", say("Target"), span=span, after="%")

    def cap(self) -> Entry:
        say = self.speech.words.say
        span = say("{low} to {high} mean slot values", {"low": "0", "high": "100"})
        return self.entry("cap", say("Price at most"), span=span)


def _now(text: str, out: PromiseOut | None, speech: Speech) -> str:
    say = speech.words.say
    if out is None:
        return say("In force: {value}", {"value": text}) if text else ""
    level = f"{out.delivered:.3f}" if out.kind == "gini" else percent(out.delivered)
    verdict = say("kept") if out.kept else say("short")
    fields = {"value": text or say("promised"), "level": level, "verdict": verdict}
    return say("In force: {value}. Delivered: {level}, {verdict}.", fields)


def _place(out: PromiseOut | None) -> tuple[float | None, float | None, str]:
    if out is None:
        return None, None, ""
    top = (
        1.0
        if out.kind in ("gini", "first_impressions")
        else 1.25 * max(out.target, out.delivered, 1e-9)
    )
    at, goal = (round(100 * min(1.0, value / top), 2) for value in (out.delivered, out.target))
    return at, goal, "kept" if out.kept else "short"
