"""A policy as labelled texts, and the difference between two of them in words."""

from collections.abc import Mapping
from typing import Any

import msgspec

from lodestone.console.charts import number
from lodestone.console.operator.policy.entries import write_micros, write_number, write_share
from lodestone.console.operator.policy.fields import Field, choice, groups
from lodestone.console.operator.policy.promise_rows import direction, said, selects
from lodestone.console.speech import THIN, Speech
from lodestone.traffic.policy import Policy, Promise

Described = Mapping[str, tuple[str, str]]
"""Label and text of everything in a policy, by the name of its field."""


def described(policy: Policy, speech: Speech) -> dict[str, tuple[str, str]]:
    """Say everything that stands in a policy."""
    say = speech.words.say
    texts = {"name": (say("Name"), policy.name)}
    for group in groups(speech.words):
        for field in group.fields:
            texts[field.name] = (field.label, value_text(field, value_of(policy, field), speech))
    for promise in policy.promises:
        name, text = promise_text(promise, speech)
        texts[f"promise.{promise.id}"] = name, text
        if promise.kind != "exploration":
            label = say("{name}, price at most", {"name": name})
            cap = say("{n} mean slot values", {"n": number(promise.price_cap)})
            texts[f"promise.{promise.id}.cap"] = label, cap
    meanings = msgspec.json.encode(dict(sorted(policy.feedback_types.items()))).decode()
    texts["feedback_types"] = (say("What Gorse's feedback means"), meanings)
    return texts


def value_of(policy: Policy, field: Field) -> Any:
    """Return what a policy holds under a field of the form; None where it says nothing."""
    kind, _, name = field.name.rpartition(".")
    if kind == "worth":
        return policy.worths.get(name, 0)
    return policy.watch_caps.get(name) if kind == "watch" else getattr(policy, field.name)


def value_text(field: Field, value: Any, speech: Speech) -> str:
    """Write a value of the policy with its unit."""
    if value is None:
        return field.empty
    if field.unit == "money":
        return speech.priced(_signed(write_micros(value)))
    if field.unit == "share":
        return f"{write_share(value)}{THIN}%"
    if field.unit == "choice":
        return choice(speech.words, value)
    return f"{_signed(write_number(value))}{f' {field.after}' if field.after else ''}"


def _signed(text: str) -> str:
    return text.replace("-", "\u2212")


def promise_text(promise: Promise, speech: Speech) -> tuple[str, str]:
    """Return a promise's name and what it promises."""
    say, words = speech.words.say, speech.words
    known = said(words).get(promise.kind)
    name = promise.id if known is None else known.name
    if promise.field is not None:
        name = say(
            "{name} ({what}: {value})",
            {"name": name, "what": selects(words, promise.field), "value": promise.equals},
        )
    if not promise.enabled:
        return name, say("not promised")
    if promise.kind == "exploration":
        return name, say("promised")
    target = (
        write_number(promise.target)
        if promise.kind == "gini"
        else f"{write_share(promise.target)}{THIN}%"
    )
    fields = {"bound": direction(words, promise.direction), "target": target}
    return name, say("{bound} {target}", fields)


def differences(before: Policy, after: Policy, speech: Speech) -> list[str]:
    """Say in one sentence each what differs between two policies."""
    say, changes = speech.words.say, []
    old, new = described(before, speech), described(after, speech)
    for name in [*new, *(name for name in old if name not in new)]:
        if name not in old:
            label, text = new[name]
            changes.append(say("{label}: {text}; new.", {"label": label, "text": text}))
        elif name not in new:
            label, text = old[name]
            changes.append(say("{label}: dropped; it was {text}.", {"label": label, "text": text}))
        elif old[name] != new[name]:
            fields = {"label": new[name][0], "after": new[name][1], "before": old[name][1]}
            changes.append(say("{label}: {after} instead of {before}.", fields))
    return changes
