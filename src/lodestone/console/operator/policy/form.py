"""From a policy to the fields of a form and back: nothing is rounded, and what is refused is said beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, cast

import msgspec

from lodestone.base.errors import InvalidError
from lodestone.console.operator.policy.entries import (
    read_micros,
    read_number,
    read_whole,
    write_micros,
    write_number,
    write_share,
)
from lodestone.console.operator.policy.fields import (
    CHOICES,
    OUT_OF_REACH,
    Field,
    groups,
)
from lodestone.console.operator.policy.promise_rows import (
    BUILT_IN,
    DIRECTIONS,
    ON,
    OWN_MAX,
    SELECTS,
    built_in,
    fill,
)
from lodestone.console.speech import Speech
from lodestone.features.layout import KINDS
from lodestone.services.policy.policies import PRICE_CAP_MAX, check_policy
from lodestone.traffic.policy import Policy, Promise

FIELDS_MAX: Final = 64 + 8 * OWN_MAX
"""The most fields of the form."""
NAME_MAX: Final = 64
_EQUALS_MAX: Final = 256
Typed = Mapping[str, str]


def typed_of(policy: Policy) -> dict[str, str]:
    """Write a policy into the fields of the form."""
    typed = {"name": policy.name, OUT_OF_REACH: policy.out_of_reach}
    for name, micros in policy.worths.items():
        typed[f"worth.{name}"] = write_micros(micros)
    for kind, seconds in policy.watch_caps.items():
        typed[f"watch.{kind}"] = str(seconds)
    for name in (
        "exploration_share",
        "ad_load",
        "ad_exploration",
        "creator_share",
        "public_gate",
        "merit_gate",
    ):
        typed[name] = write_share(getattr(policy, name))
    for name in ("diversity", "attention_decay", "place_radius_km"):
        typed[name] = write_number(getattr(policy, name))
    for name in _WHOLE:
        value = getattr(policy, name)
        typed[name] = "" if value is None else str(value)
    return typed | fill(policy.promises)


_WHOLE: Final = (
    "author_max", "author_gap", "merit_impressions_min", "first_impressions_min", "first_impressions_max",
    "seen_days", "read_days", "liked_days", "bought_days",
)  # fmt: skip


def read_policy(typed: Typed, base: Policy, speech: Speech) -> tuple[Policy | None, dict[str, str]]:
    """Read a form.

    Args:
        typed: Its fields.
        base: The policy from which the form was made; what the form does not show stays as it is there.
        speech: In whose words a refusal is said.

    Returns:
        The policy, None where something is refused; and what is wrong, by field.
    """
    reader = _Reader(typed, speech)
    policy = reader.policy(base)
    if not reader.wrong:
        try:
            check_policy(policy)
        except InvalidError as error:
            for detail in error.details:
                reader.wrong[reader.input_of(detail.field)] = speech.words.say(
                    "This does not fit: {problem}", {"problem": detail.problem}
                )
    return (None if reader.wrong else policy), reader.wrong


@dataclass(slots=True)
class _Reader:
    """Reads one form and notes what is wrong with it."""

    typed: Typed
    speech: Speech
    wrong: dict[str, str] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    """The input's beginning of each promise, in the policy's order."""

    def policy(self, base: Policy) -> Policy:
        worths, caps, values = dict(base.worths), dict(base.watch_caps), dict[str, Any]()
        for group in groups(self.speech.words):
            for entry in group.fields:
                value = self._value(entry)
                kind, _, name = entry.name.rpartition(".")
                if entry.name in self.wrong:
                    continue
                if kind == "worth":
                    worths[name] = value
                elif kind == "watch":
                    caps.pop(name, None)
                    caps |= {} if value is None else {name: value}
                else:
                    values[entry.name] = value
        # An outcome that was not named and is worth nothing stays unnamed.
        worths = {name: micros for name, micros in worths.items() if micros or name in base.worths}
        low, high = values.get("first_impressions_min"), values.get("first_impressions_max")
        if low is not None and high is not None and low > high:
            self.refuse(
                "first_impressions_min", self.speech.words.say("It must not be above the most.")
            )
        values["name"] = self._text("name", NAME_MAX)
        chance = values.get("exploration_share", base.exploration_share)
        return msgspec.structs.replace(
            base, worths=worths, watch_caps=caps, promises=self._promises(base, chance), **values
        )

    def refuse(self, name: str, sentence: str) -> None:
        self.wrong.setdefault(name, sentence)

    def input_of(self, path: str) -> str:
        """Return the input that a field of the policy is typed into."""
        kind, _, rest = path.partition(".")
        if kind == "worths":
            return f"worth.{rest}"
        if kind == "watch_caps":
            return f"watch.{rest}"
        if kind.startswith("promises[") and rest:
            row = self.rows[int(kind.removeprefix("promises[").removesuffix("]"))]
            return f"{row}.{'cap' if rest == 'price_cap' else rest}"
        return path

    def _value(self, field: Field) -> Any:
        """Return what a field holds, in the policy's unit; notes what is wrong."""
        text, say = self.typed.get(field.name, "").strip(), self.speech.words.say
        if field.unit == "choice":
            if text not in CHOICES:
                self.refuse(field.name, say("Choose one of those."))
            return text
        if not text and field.empty:
            return None
        if not text and field.unit == "money":
            return 0
        value = self._number(field, text)
        if value is None:
            return None
        if not field.low <= value <= field.high:
            self.refuse(field.name, outside(field, self.speech))
        return value

    def _number(self, field: Field, text: str) -> float | int | None:
        say = self.speech.words.say
        if field.unit == "money":
            micros = read_micros(text, self.speech.currency)
            if micros is None:
                self.refuse(
                    field.name,
                    say("Write an amount such as 0.02, with a point and at most six decimals."),
                )
            return micros
        if field.unit == "whole":
            whole = read_whole(text)
            if whole is None:
                self.refuse(field.name, say("Write a whole number such as 14."))
            return whole
        number = read_number(text)
        if number is None:
            self.refuse(field.name, say("Write a number such as 2.5, with a point."))
            return None
        return float(number / 100 if field.unit == "share" else number)

    def _text(self, name: str, most: int) -> str:
        text, say = self.typed.get(name, "").strip(), self.speech.words.say
        if not text:
            self.refuse(name, say("Write something here."))
        elif len(text) > most or not text.isprintable():
            self.refuse(name, say("At most {n} characters, on one line.", {"n": most}))
        return text

    def _promises(self, base: Policy, chance: float) -> tuple[Promise, ...]:
        promises = []
        order = [promise.kind for promise in base.promises if promise.kind != "share"]
        for kind in sorted(
            BUILT_IN,
            key=lambda kind_of_order: order.index(kind_of_order) if kind_of_order in order else 99,
        ):
            promise = self._built_in(built_in(base.promises, kind), chance)
            if promise.enabled or kind in order:
                promises.append(promise)
                self.rows.append(f"promise.{kind}")
        names: set[str] = set()
        for at in range(OWN_MAX):
            row = f"own.{at}"
            if self.typed.get(f"{row}.id", "").strip() and f"{row}.remove" not in self.typed:
                promises.append(self._own(row, names))
                self.rows.append(row)
        return tuple(promises)

    def _built_in(self, promise: Promise, chance: float) -> Promise:
        row, enabled = f"promise.{promise.kind}", self._on(f"promise.{promise.kind}")
        if promise.kind == "exploration":
            target = chance if enabled else promise.target
            return msgspec.structs.replace(promise, enabled=enabled, target=target)
        target = self._level(f"{row}.target", share=promise.kind != "gini")
        cap = self._level(f"{row}.cap", share=False, most=PRICE_CAP_MAX)
        return msgspec.structs.replace(promise, enabled=enabled, target=target, price_cap=cap)

    def _own(self, row: str, names: set[str]) -> Promise:
        say, read = self.speech.words.say, self.typed.get
        name, equals = self._text(f"{row}.id", NAME_MAX), self._text(f"{row}.equals", _EQUALS_MAX)
        if name in names:
            self.refuse(f"{row}.id", say("Another of your promises has this name."))
        if name in BUILT_IN:
            self.refuse(
                f"{row}.id", say("This is the name of a promise of ours; call it something else.")
            )
        names.add(name)
        direction, select = read(f"{row}.direction", ""), read(f"{row}.field", "")
        if direction not in DIRECTIONS:
            self.refuse(f"{row}.direction", say("Choose one of those."))
        if select not in SELECTS:
            self.refuse(f"{row}.field", say("Choose one of those."))
        if select == "kind" and equals not in KINDS:
            self.refuse(
                f"{row}.equals", say("A kind is one of {kinds}.", {"kinds": ", ".join(KINDS)})
            )
        return Promise(
            id=name, kind="share", direction=cast(Any, direction), field=cast(Any, select),
            equals=equals, enabled=self._on(row), target=self._level(f"{row}.target", share=True),
            price_cap=self._level(f"{row}.cap", share=False, most=PRICE_CAP_MAX),
        )  # fmt: skip

    def _on(self, row: str) -> bool:
        return self.typed.get(f"{row}.on") == ON

    def _level(self, name: str, *, share: bool, most: float = 1.0) -> float:
        unit = "share" if share else "number"
        field = Field(name, "", "", cast(Any, unit), 0.0, most)
        value = self._value(field)
        return 0.0 if value is None else float(value)


def outside(field: Field, speech: Speech) -> str:
    """Say within what a field's value must lie."""
    low, high = bounds(field, speech)
    return speech.words.say("It must lie between {low} and {high}.", {"low": low, "high": high})


def bounds(field: Field, speech: Speech) -> tuple[str, str]:
    """Return a field's least and most as people write them, with their unit."""
    low, high = (_bound(field, value) for value in (field.low, field.high))
    if field.unit == "money":
        return speech.priced(low), speech.priced(high)
    after = "\u202f%" if field.unit == "share" else f" {field.after}" if field.after else ""
    return low, f"{high}{after}"


def _bound(field: Field, value: float) -> str:
    if field.unit == "money":
        text = write_micros(int(value))
    elif field.unit == "share":
        text = write_share(value)
    else:
        text = write_number(Decimal(repr(value)))
    whole, _, rest = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f").replace("-", "\u2212")
    return f"{grouped}.{rest}" if rest else grouped
