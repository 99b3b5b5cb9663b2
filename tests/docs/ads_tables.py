"""The tables of docs/ads.md, made from the code: `python -m tests.docs.ads_tables` writes them anew."""

import re

from lodestone.ads.bids import PLANNED
from lodestone.ads.delivery import SENTENCES, Delivery
from lodestone.ads.diagnosis import CONDITIONS
from lodestone.ads.objective import ACTIONS, STRATEGIES
from lodestone.ads.refusals import CONFLICTS, CURES, UNKNOWN, AdRefusal
from lodestone.ads.segments import SEGMENTS
from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "ads.md"
STATES = {
    Delivery.ENDED: "It, its ad group or its campaign has ended.",
    Delivery.PAUSED: "It, its ad group or its campaign is paused.",
}


def table(head, rows):
    lines = [head, "|---" * (head.count("|") - 1) + "|", *rows]
    return "\n".join(lines)


def codes(names):
    return ", ".join(f"`{name}`" for name in names)


def status(refusal):
    return 404 if refusal in UNKNOWN else 409 if refusal in CONFLICTS else 400


TABLES = {
    "SEGMENTS": table("| segment | who |", [f"| `{name}` | {who} |" for name, who in SEGMENTS.items()]),
    "OBJECTIVES": table(
        "| objective | actions | strategies |",
        [f"| `{name}` | {codes(ACTIONS[name])} | {codes(STRATEGIES[name])} |" for name in STRATEGIES],
    ),
    "PLANNED": table("| action | bid |", [f"| `{name}` | budget / {count:,} |" for name, count in PLANNED.items()]),
    "DELIVERY": table(
        "| code | when |",
        [f"| `{code.name.lower()}` | {(STATES | SENTENCES)[code]} |" for code in Delivery],
    ),
    "DIAGNOSIS": table(
        "| code | when |",
        [f"| `{code.value}` | {when} |" for code, when in CONDITIONS.items()],
    ),
    "REFUSALS": table(
        "| code | status | of the field at fault |",
        [f"| `{one.name.lower()}` | {status(one)} | {CURES[one]} |" for one in AdRefusal],
    ),
}  # fmt: skip


def written(text):
    for name, made in TABLES.items():
        text = re.sub(
            rf"<!-- {name} -->\n(\n|\|.*\n)*",
            lambda _, n=name, m=made: f"<!-- {n} -->\n{m}\n\n",
            text,
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
