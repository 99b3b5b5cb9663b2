"""The end of a trading life: what the engine's books say, proved from outside and held against the town's own count.

Everything is read over HTTP. Statements are read week by week, so that each closing balance must be the next one's opening.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.client import AsyncClient as Client
from lodestone.town.commerce.market import Market
from lodestone.town.commerce.shops import town_date
from lodestone.town.payloads import Json

_WEEK: Final = 7
_GAVE_BACK: Final = ("refund_part", "refund_whole")


async def reckon(client: Client, market: Market, start: Instant, days: int) -> Json:
    """Return what a life's trade came to.

    Args:
        client: May read everything of the community.
        market: The town's own count.
        start: The first day's first microsecond.
        days: How many days were lived.
    """
    trial = await client.ask("GET", "/v1/trial-balance")
    audit = await client.ask("POST", "/v1/audit")
    verified = await client.ask("POST", "/v1/verify", {})
    parties, off = await _statements(client, start, days)
    orders = await _orders(client)
    commission = next(
        (row["balance"]["micros"] for row in trial["rows"] if row["kind"] == "commission_revenue"),
        0,
    )
    return {
        "counts": dict(sorted(market.counts.items())),
        "orders": orders,
        "commission_micros": commission,
        "unlike": _unlike(market.counts, orders),
        "trial_difference": trial["difference"]["micros"],
        "closed_through": trial["closed_through"],
        "parties": parties,
        "statements_off": off,
        "transfers": audit["transfers"],
        "audit_differences": audit["differences"],
        "receipts": verified["receipts"],
        "verify_findings": verified["findings"],
    }


async def listed(client: Client, path: str, **wanted: str) -> AsyncIterator[Any]:
    """Yield every row that a route lists, of those that are wanted."""
    cursor = None
    while True:
        query = {"limit": "1000", **wanted} | ({} if cursor is None else {"cursor": cursor})
        told = await client.ask("GET", f"{path}?{urlencode(query)}")
        for one in told["data"]:
            yield one
        cursor = told["next_cursor"]
        if cursor is None:
            return


async def sides_of(client: Client, kinds: Sequence[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """Return credits and debits, micros, by kind and then by party, of accounts of some kinds."""
    accounts: dict[str, dict[str, tuple[int, int]]] = {}
    async for account in listed(client, "/v1/accounts"):
        if account["kind"] in kinds:
            sides = account["credits_posted"]["micros"], account["debits_posted"]["micros"]
            accounts.setdefault(account["kind"], {})[account["party"]] = sides
    return accounts


async def _statements(client: Client, start: Instant, days: int) -> tuple[int, list[str]]:
    """Return how many parties there are, and whose statements do not add up to the ledger."""
    accounts: dict[str, dict[str, int]] = {}
    async for page in listed(client, "/v1/accounts"):
        accounts.setdefault(page["party"], {})[page["id"]] = page["balance"]["micros"]
    off = []
    for party, ledger in sorted(accounts.items()):
        told = dict.fromkeys(ledger, 0)
        for first in range(0, days + 1, _WEEK):
            last = min(first + _WEEK - 1, days)
            span = urlencode(
                {
                    "from": town_date(Instant(start + first * DAY_MICROS)),
                    "to": town_date(Instant(start + last * DAY_MICROS)),
                }
            )
            statement = await client.ask("GET", f"/v1/statements/{quote(party, safe='')}?{span}")
            for account in statement["accounts"]:
                name = account["account_id"]
                adds = account["opening"]["micros"] + sum(
                    line["change"]["micros"] for line in account["lines"]
                )
                if (
                    account["opening"]["micros"] != told[name]
                    or account["closing"]["micros"] != adds
                ):
                    off.append(f"{party} {name} {span}")
                told[name] = account["closing"]["micros"]
        off += [f"{party} {name}" for name in ledger if told[name] != ledger[name]]
    return len(accounts), off


async def _orders(client: Client) -> Json:
    """Sum all orders as the engine lists them."""
    found: Counter[str] = Counter()
    async for order in listed(client, "/v1/orders"):
        found["taken"] += 1
        found[f"now_{order['state']}"] += 1
        moves = {happening["move"] for happening in order["history"]}
        if "pay" in moves:
            found["paid"] += 1
            found["gross_micros"] += order["total"]["micros"]
            found["sale_paid"] += order["sale_id"] is not None
            found["redeemed_at_a_shop"] += "redeem" in moves
            found["given_back"] += any(move in moves for move in _GAVE_BACK)
        found["refunded_micros"] += order["refunded"]["micros"]
    return dict(sorted(found.items()))


def _unlike(counts: dict[str, int], orders: Json) -> list[str]:
    """Name what the town counted otherwise than the engine."""
    pairs = {
        "paid": counts.get("paid", 0), "gross_micros": counts.get("paid_micros", 0),
        "sale_paid": counts.get("sale_sold", 0), "redeemed_at_a_shop": counts.get("redeemed", 0),
        "taken": sum(
            counts.get(name, 0) for name in ("order_reserved", "sale_reserved", "sale_waiting")
        ),
    }  # fmt: skip
    return [
        f"{name}: the town counted {mine}, the engine {orders.get(name, 0)}"
        for name, mine in pairs.items()
        if mine != orders.get(name, 0)
    ]
