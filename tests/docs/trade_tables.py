"""The tables of docs/trade.md, made from the code: `python -m tests.docs.trade_tables` writes them anew."""

import re

from lodestone.commerce.life import MOVES, OrderState, Transition
from lodestone.commerce.refusals import CURES, MoveRefusal, OrderRefusal, RedeemRefusal
from lodestone.commerce.vouchers import VoucherRefusal
from lodestone.services.commerce.context import VOUCHER_CURES
from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "trade.md"


def word(one):
    return one.name.lower()


def life():
    moves = [move for move in Transition if any(made is move for _, made in MOVES)]
    head = ["| from | " + " | ".join(f"`{word(move)}`" for move in moves) + " |"]
    head.append("|---" * (len(moves) + 1) + "|")
    rows = []
    for state in OrderState:
        cells = (MOVES.get((state, move)) for move in moves)
        told = " | ".join("" if to is None else word(to) for to in cells)
        rows.append(f"| `{word(state)}` | {told} |")
    return "\n".join([*head, *rows])


def refusals(*kinds):
    return refusals_with({**CURES, **VOUCHER_CURES}, *kinds)


def refusals_with(cures, *kinds):
    rows = [f"| `{word(one)}` | {cures[one]} |" for kind in kinds for one in kind]
    return "\n".join(["| code | what to do |", "|---|---|", *rows])


TABLES = {
    "LIFE": life(),
    "ORDER": refusals(OrderRefusal),
    "MOVE": refusals(MoveRefusal),
    "REDEEM": refusals(RedeemRefusal, VoucherRefusal),
}


def blocks_of(text):
    return re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL)


def written(text):
    return written_with(TABLES, text)


def written_with(tables, text):
    for name, table in tables.items():
        whole = f"<!-- {name} -->\n{table}\n<!-- end -->"
        text = re.sub(
            rf"<!-- {name} -->\n.*?\n<!-- end -->", lambda _, w=whole: w, text, flags=re.DOTALL
        )
        text = re.sub(rf"^{name}$", lambda _, w=whole: w, text, flags=re.MULTILINE)
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
