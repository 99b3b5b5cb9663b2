"""The end of a life with orders: what was settled, held against the town's own count and against the ledger's accounts.

Everything is read over HTTP. Conversions are not counted again: of `cpa` and `cps` the books are checked, not the count.
"""

from collections import Counter
from typing import Any, Final

from lodestone.base.clock import Instant
from lodestone.base.money import MICROS_IN_ONE
from lodestone.client import AsyncClient as Client
from lodestone.town.commerce.reconciliation import listed, sides_of
from lodestone.town.ordering.counting import settled
from lodestone.town.ordering.state import Order, OrderBoard, Play
from lodestone.town.payloads import Json
from lodestone.town.truth import Truth

_KINDS: Final = ("advertiser_balance", "creator_escrow")
_PAYABLE: Final = "creator_payable"
_CODES: Final = ("creator_earned", "escrow_adjusted")
"""What an order moves into a creator's account, and out of it again."""


async def account_for(client: Client, board: OrderBoard, truth: Truth, start: Instant) -> Json:
    """Return what a life's orders came to.

    `unlike` names orders that were settled otherwise than the town counts by what it told; `balances_off` names what does
    not hold: that an escrow is divided whole once its order has ended, that an advertiser has what they paid in less what
    their orders took, and that an order moved to its creator, and to nobody else, what it earned.

    Args:
        client: May read everything of the community.
        board: The town's own count.
        truth: The town at the end.
        start: The first day's first microsecond.
    """
    accounts, earned = await sides_of(client, _KINDS), await _earned(client)
    audit = await client.ask("POST", "/v1/audit")
    unlike: list[str] = []
    off: list[str] = []
    paid: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    taken: Counter[int] = Counter()
    stages: Counter[str] = Counter()
    shown = counted = rings = 0
    for order in board.orders:
        view = await client.ask("GET", f"/v1/assignments/{order.assignment}")
        stages[view["stage"]] += 1
        money, escrow = view["money"], int(view["escrow"]["micros"])
        had = _had(money)
        taken[order.advertiser] += escrow if money is None else had
        off += _escrow_off(order, accounts, escrow, money)
        person = f"person:p{truth.makers.person[order.maker]}"
        if earned.get(order.assignment, {person: 0}) != {person: had}:
            off.append(f"{order.assignment}: moved {earned.get(order.assignment)}, earned {had}")
        paid[order.cheat] += had
        count = view["counted_late"] or view["counted"]
        if view["stage"] != "settled" or count is None:
            continue
        shown, counted = shown + count["shown"], counted + count["settled"]
        rings += count["excluded"].get("ring", 0)
        expected, honest = _expected(board, truth, order, start)
        gained[order.cheat] += max(0, had - honest) if order.cheat == "friends" else 0
        if order.cheat == "withdraws":
            gained[order.cheat] += had
        if expected is not None and expected != had and not count["excluded"].get("ring"):
            unlike.append(
                f"{order.assignment}: the town counts {expected} micros, the engine {had}"
            )
    off += _advertisers_off(board, accounts, taken)
    whole = sum(paid.values())
    return {
        "orders": len(board.orders),
        "stages": dict(sorted(stages.items())),
        "paid_micros": whole,
        "paid_by_cheat_micros": dict(sorted(paid.items())),
        "gained_by_cheats_micros": dict(sorted(gained.items())),
        "cheats_share": round(sum(gained.values()) / whole, 4) if whole else 0.0,
        "plays_shown": shown,
        "plays_settled": counted,
        "plays_of_rings": rings,
        "unlike": unlike,
        "balances_off": off,
        "audit_differences": audit["differences"],
        "counts": dict(sorted(board.counts.items())),
    }


def _had(money: Json | None) -> int:
    """Return what the creator had of an escrow, micros."""
    if money is None:
        return 0
    return int(money["measured"]["micros"]) + int(money["adjustment"]["micros"])


def _expected(
    board: OrderBoard, truth: Truth, order: Order, start: Instant
) -> tuple[int | None, int]:
    """Return what a settled order should have earned by the town's count, None where it keeps none; and without friends."""
    brief = board.briefs[order.brief]
    if brief.kind == "fixed":
        price = 0 if order.withdrawn else order.escrow
        return price, price
    if brief.kind != "cpm":
        return None, 0
    plays: list[Play] = board.plays[order.post]
    both = [
        _cpm(brief.price, brief.floor, brief.cap, settled(truth, plays, order, start, without), up=not order.withdrawn)
        for without in (frozenset[int](), frozenset(order.friends))
    ]  # fmt: skip
    return both[0], both[1]


def _cpm(price: int, floor: int, cap: int, plays: int, *, up: bool) -> int:
    return min(cap, max(floor if up else 0, price * plays // 1000))


def _escrow_off(
    order: Order, accounts: dict[str, dict[str, tuple[int, int]]], escrow: int, money: Json | None
) -> list[str]:
    escrows = accounts.get("creator_escrow", {})
    credit, debit = escrows.get(f"assignment:{order.assignment}", (0, 0))
    # An adjustment that takes back comes through the escrow a second time.
    adjusted = 0 if money is None else min(0, int(money["adjustment"]["micros"]))
    expected = (escrow - adjusted, 0 if money is None else escrow - adjusted)
    if (credit, debit) == expected:
        return []
    return [f"{order.assignment}: escrow {(credit, debit)}, expected {expected}"]


async def _earned(client: Client) -> dict[str, Counter[str]]:
    """Return what the ledger moved for each order, and for which party: other income is no order's."""
    parties = {
        account["id"]: account["party"]
        async for account in listed(client, "/v1/accounts")
        if account["kind"] == _PAYABLE
    }
    sums: dict[str, Counter[str]] = {}
    for code in _CODES:
        async for moved in listed(client, "/v1/transfers", code=code):
            comes = moved["credit"] in parties
            party = parties[moved["credit" if comes else "debit"]]
            amount = int(moved["amount"]["micros"])
            sums.setdefault(moved["external"], Counter())[party] += amount if comes else -amount
    return sums


def _advertisers_off(
    board: OrderBoard, accounts: dict[str, dict[str, tuple[int, int]]], taken: Counter[int]
) -> list[str]:
    off = []
    for maker, deposited in sorted(board.deposited.items()):
        credit, debit = accounts.get("advertiser_balance", {}).get(f"advertiser:o{maker}", (0, 0))
        if credit - debit != deposited - taken[maker]:
            off.append(f"o{maker}: has {credit - debit}, expected {deposited - taken[maker]}")
    return off


def summary(orders: Json) -> list[tuple[str, Any]]:
    """Return a few figures worth a line each."""
    differences = len(orders["unlike"]) + len(orders["balances_off"])
    return [
        ("orders of creators", orders["orders"]),
        ("creators' orders: paid, yuan", round(orders["paid_micros"] / MICROS_IN_ONE, 2)),
        ("creators' orders: share that cheats gained", orders["cheats_share"]),
        ("creators' orders: differences in the books", differences + len(orders["audit_differences"])),
    ]  # fmt: skip
