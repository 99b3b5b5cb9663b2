"""Print the parts of docs/money.md that come from code: the chart, the codes, the refusals, the worked example.

    python scripts/money_page.py            print them
    python scripts/money_page.py --write    put them into the page

`tests/docs` holds the page to what this prints.
"""

import ast
import inspect
import sys
from pathlib import Path

from lodestone.base.clock import Instant
from lodestone.base.money import Micros, split
from lodestone.ledger import LedgerSlice, Outcome, Transfer, TransferKind, chart, post
from lodestone.ledger.chart import CHART, PLATFORM, AccountKind, Code
from lodestone.ledger.transfers import NO_ACCOUNT, chain, reverse, transfer_id

PAGE = Path(__file__).parents[1] / "docs" / "money.md"
DAY, NOW = 20_516, Instant(1_772_596_800_000_000)


def said_of(kind: type) -> dict[str, str]:
    """Return what stands under each member of an enum, from its source."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(kind)).body)
    found, last = {}, ""
    for node in body:
        if isinstance(node, ast.Assign):
            last = node.targets[0].id
        elif isinstance(node, ast.Expr) and last:
            found[last] = " ".join(node.value.value.split())
    return found


def chart_table() -> str:
    rows = ["| account | party | may not | holds |", "|---|---|---|---|"]
    limits = {0: "", 1: "pay out more than came in", 2: "take back more than went out"}
    rows += [f"| `{place.kind.name.lower()}` | {place.party} | {limits[place.limit]} | {place.means} |" for place in CHART.values()]  # fmt: skip
    return "\n".join(rows)


def code_table() -> str:
    said = said_of(Code)
    rows = ["| code | what for |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{code.name.lower()}` | {said[code.name]} |" for code in Code)])


def refusal_table() -> str:
    said = said_of(Outcome)
    different = (
        "Something stands under this id, and differs in this; earlier ones are returned first."
    )
    rows = ["| | outcome | when |", "|---|---|---|"]
    for outcome in Outcome:
        name = outcome.name
        plain = different if "DIFFERENT" in name else said.get(name, "")
        rows.append(f"| {int(outcome)} | `{name.lower()}` | {plain} |")
    return "\n".join(rows)


class Example:
    """A shop sells for 88 yuan, ten per cent of it commission; a quarter is refunded; the rest is paid out."""

    def __init__(self) -> None:
        of = {kind: chart.account(b"example", kind, self.party(place.party), "CNY") for kind, place in CHART.items()}  # fmt: skip
        self.of, self.accounts = of, {one.id: one for one in of.values()}
        self.book: dict = {"transfers": {}, "holds": {}, "corrected": {}}
        self.lines: list[str] = []

    @staticmethod
    def party(kind: str) -> str:
        names = {
            "shop": chart.shop("s"),
            "provider": chart.provider("manual"),
            "person": chart.person(7),
            "advertiser": chart.advertiser("a"),
            "campaign": chart.campaign("c"),
            "assignment": chart.assignment("o"),
        }
        return names.get(kind, PLATFORM)

    def move(self, name, debit, credit, amount, code, **more):
        return Transfer(transfer_id(name), self.of[debit].id, self.of[credit].id, Micros(amount), code, **more)  # fmt: skip

    def post(self, title, *transfers):
        told = post(LedgerSlice(self.accounts, **self.book), transfers, now=NOW, today=DAY)
        for one in told.accounts:
            sums = dict(zip(one._fields[1:], one[1:], strict=True))
            self.accounts[one.account] = type(self.accounts[one.account])(
                **{**{f: getattr(self.accounts[one.account], f) for f in ("id", "kind", "party", "currency", "limit")}, **sums}
            )  # fmt: skip
        self.book["transfers"] |= {one.transfer.id: one for one in told.booked}
        self.book["holds"] |= {one.id: one for one in told.holds}
        answers = ", ".join(one.name.lower() for one in told.outcomes)
        shown = (AccountKind.PROVIDER_CLEARING, AccountKind.HELD_PAYMENTS, AccountKind.MERCHANT_PAYABLE,
                 AccountKind.COMMISSION_REVENUE, AccountKind.REFUNDS, AccountKind.PAYOUTS_IN_TRANSIT)  # fmt: skip
        balances = [self.accounts[self.of[kind].id].balance for kind in shown]
        cells = " | ".join(f"{one / 1_000_000:.2f}" for one in balances)
        self.lines.append(f"| {title} | {answers} | {cells} | {sum(balances):.2f} |")

    def table(self) -> str:
        clearing, held = AccountKind.PROVIDER_CLEARING, AccountKind.HELD_PAYMENTS
        payable, commission = AccountKind.MERCHANT_PAYABLE, AccountKind.COMMISSION_REVENUE
        refunds, transit = AccountKind.REFUNDS, AccountKind.PAYOUTS_IN_TRANSIT
        price = Micros(88_000_000)
        share, earned = split(price, [10, 90])
        hold = self.move("hold", clearing, held, price, Code.PAYMENT, kind=TransferKind.HOLD, timeout_seconds=900)  # fmt: skip
        pay = Transfer(transfer_id("pay"), NO_ACCOUNT, NO_ACCOUNT, price, Code.PAYMENT, TransferKind.POST, hold=hold.id)  # fmt: skip
        won = self.move("earned", held, payable, earned, Code.EARNED)
        cut = self.move("commission", held, commission, share, Code.COMMISSION)
        self.post("the order holds 88.00 for fifteen minutes", hold)
        self.post("the buyer pays", pay)
        self.post("asked again", pay)
        self.post("more than is left: refused", self.move("greedy", held, payable, 88_000_001, Code.EARNED))  # fmt: skip
        self.post("fulfilled: earned and commission in one chain", *chain(won, cut))
        back, taken = Micros(earned // 4), Micros(share // 4)
        self.post(
            "a quarter refunded, commission taken back",
            *chain(
                Transfer(transfer_id("r1"), self.of[payable].id, self.of[refunds].id, back, Code.REFUND, corrects=won.id),
                Transfer(transfer_id("r2"), self.of[commission].id, self.of[refunds].id, taken, Code.COMMISSION_BACK, corrects=cut.id),
            ),
        )  # fmt: skip
        self.book["corrected"] = {won.id: back, cut.id: taken}
        self.post("the other three quarters and a micro: refused", reverse(won, transfer_id("r3"), code=Code.CORRECTION, amount=Micros(earned - back + 1)))  # fmt: skip
        self.post("the provider pays the refund", self.move("r4", refunds, clearing, back + taken, Code.REFUND_PAID))  # fmt: skip
        rest = earned - back
        wait = self.move("wait", transit, clearing, rest, Code.PAYOUT_PAID, kind=TransferKind.HOLD)
        self.post("the payout is ordered", *chain(self.move("out", payable, transit, rest, Code.PAYOUT), wait))  # fmt: skip
        self.post("the provider has paid it", Transfer(transfer_id("paid"), NO_ACCOUNT, NO_ACCOUNT, Micros(rest), Code.PAYOUT_PAID, TransferKind.POST, hold=wait.id))  # fmt: skip
        head = "| what happens | outcome | clearing | held | payable | commission | refunds | in transit | sum |"  # fmt: skip
        return "\n".join([head, "|---|---|--:|--:|--:|--:|--:|--:|--:|", *self.lines])


def parts() -> dict[str, str]:
    """Return the generated parts by name."""
    return {
        "chart": chart_table(), "codes": code_table(), "refusals": refusal_table(),
        "example": Example().table(),
    }  # fmt: skip


def filled(page: str) -> str:
    """Return a page with its generated parts as the code has them now."""
    for name, text in parts().items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(filled(PAGE.read_text()))
    else:
        print("\n\n".join(parts().values()))
