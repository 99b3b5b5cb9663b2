"""The tables of docs/creators.md, made from the code: `python -m tests.docs.creators_tables` writes them anew."""

import ast
import inspect

from lodestone.creators.boost_refusals import CURES as BOOST_CURES
from lodestone.creators.boost_refusals import BoostRefusal
from lodestone.creators.life import ENDED, RULES, Actor, Move, Payout, Stage
from lodestone.creators.plays import Excluded
from lodestone.creators.refusals import CURES, CreatorRefusal
from tests.docs.blocks import ROOT
from tests.docs.trade_tables import refusals_with, word, written_with

PAGE = ROOT / "docs" / "creators.md"
WHO = {Actor.CLOCK: "the clock"}
MOVES = [move for move in Move if any(made is move for _, made, _ in RULES)]


def life():
    head = "| stage | " + " | ".join(f"`{word(move)}`" for move in MOVES) + " |"
    rows = [
        f"| `{word(stage)}` | " + " | ".join(cell(stage, move) for move in MOVES) + " |"
        for stage in Stage
        if stage not in ENDED
    ]
    return "\n".join([head, "|---" * (len(MOVES) + 1) + "|", *rows])


def cell(stage, move):
    """Say who may make a move, where it leads, and what becomes of the escrow."""
    made_by = {}
    for actor in Actor:
        rule = RULES.get((stage, move, actor))
        if rule is not None:
            money = "" if rule.payout is Payout.NOTHING else f", {word(rule.payout)}"
            made_by.setdefault(f"{word(rule.to)}{money}", []).append(WHO.get(actor, word(actor)))
    return "; ".join(f"{' or '.join(who)}: {to}" for to, who in made_by.items())


def excluded():
    """Say every reason why something is shown and not settled, as its member does."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(Excluded)).body)
    texts = [" ".join(node.value.value.split()) for node in body[1:] if isinstance(node, ast.Expr)]
    rows = [f"| `{word(reason)}` | {text} |" for reason, text in zip(Excluded, texts, strict=True)]
    return "\n".join(["| reason | what |", "|---|---|", *rows])


TABLES = {
    "LIFE": life(),
    "EXCLUDED": excluded(),
    "BOOSTS": refusals_with(BOOST_CURES, BoostRefusal),
    "REFUSALS": refusals_with(CURES, CreatorRefusal),
}


def written(text):
    return written_with(TABLES, text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
