"""The end of an advertising life: what was charged, held against the town's own count and against the ledger's accounts.

Everything is read over HTTP.
"""

from collections import Counter
from typing import Any, Final

from lodestone.client import AsyncClient as Client
from lodestone.town.advertising.counting import HONEST
from lodestone.town.advertising.rivals import CLICKERS
from lodestone.town.advertising.state import Billboard
from lodestone.town.commerce.reconciliation import listed, sides_of
from lodestone.town.payloads import Json

_CREATORS: Final = ("creator_held", "creator_receivable")
_KINDS: Final = ("advertiser_balance", "campaign_lease", "ad_revenue", *_CREATORS)


async def account_for(client: Client, board: Billboard, first: str, last: str) -> Json:
    """Return what a life's advertising came to.

    `unlike` names campaigns that were charged, or reported, otherwise than the town counts by what it told and by the receipts;
    `balances_off` names what does not hold: that an advertiser has what they paid in less what was charged and more
    what was refunded, and that the house and creators together have the charges less the refunds.

    Args:
        client: May read everything of the community.
        board: The town's own count.
        first: The first day.
        last: The last.
    """
    spent = {
        maker: int((await client.ask("GET", f"/v1/campaigns/c{maker}"))["spent"]["micros"])
        for maker in sorted(board.campaigns)
    }
    accounts = await sides_of(client, _KINDS)
    charged, refunded = _charged(board, accounts)
    creators = await _of_creators(client, accounts)
    report = await client.ask("GET", f"/v1/reports/ads?from={first}&to={last}")
    audit = await client.ask("POST", "/v1/audit")
    return {
        "revenue_micros": charged - refunded,
        "charged_micros": charged,
        "refunded_micros": refunded,
        "creators_micros": creators,
        "unposted_micros": sum(spent.values()) - charged,
        "deposited_micros": sum(given.deposited for given in board.campaigns.values()),
        "unlike": [
            f"c{maker}: the town counted {board.tally(maker).due} micros, the engine {micros}"
            for maker, micros in spent.items()
            if micros != board.tally(maker).due
        ]
        + _reported(board, {row["id"]: row for row in report["rows"]}, accounts),
        "balances_off": _off(board, accounts, creators),
        "audit_differences": audit["differences"],
        "outcomes": sum(tally.outcomes for tally in board.tallies.values()),
        "by_action": _groups(board, spent, "action"),
        "by_temper": _groups(board, spent, "temper"),
        "clickers": {kind: _clicks(board, kind) for kind in (HONEST, *CLICKERS)},
        "counts": dict(sorted(board.counts.items())),
    }


def _reported(
    board: Billboard, rows: Json, accounts: dict[str, dict[str, tuple[int, int]]]
) -> list[str]:
    """Name campaigns of which the report says another spend, or another number of charges; it counts what was refunded as none."""
    balances = accounts.get("advertiser_balance", {})
    unlike = []
    for maker in sorted(board.campaigns):
        row, tally = rows.get(f"c{maker}"), board.tally(maker)
        says = (0, 0) if row is None else (row["charges"], row["spend"]["micros"])
        refund = balances.get(f"advertiser:a{maker}", (0, 0))[0] - board.campaigns[maker].deposited
        charges = says[0] if refund else tally.outcomes
        if says != (charges, tally.due - refund):
            unlike.append(f"c{maker}: {tally.outcomes} outcomes for {tally.due}, reported {says}")
    return unlike


def _off(
    board: Billboard, accounts: dict[str, dict[str, tuple[int, int]]], creators: int
) -> list[str]:
    balances, leases = accounts.get("advertiser_balance", {}), accounts.get("campaign_lease", {})
    off = []
    for maker, given in sorted(board.campaigns.items()):
        credit, debits = balances.get(f"advertiser:a{maker}", (0, 0))
        leased, charged = leases.get(f"campaign:c{maker}", (0, 0))
        refund = credit - given.deposited
        # No campaign of the town is ever ended, so that a lease goes back to nobody.
        if refund < 0 or debits != leased or charged > leased:
            off.append(f"a{maker}: paid in {given.deposited}, credited {credit}, leased {leased}")
    earned, given_back = accounts.get("ad_revenue", {}).get("platform", (0, 0))
    charges, refunds = _charged(board, accounts)
    house = earned - given_back
    if house + creators != charges - refunds:
        off.append(f"revenue: {house} and {creators}, of advertisers {charges} less {refunds}")
    return off


def _charged(board: Billboard, accounts: dict[str, dict[str, tuple[int, int]]]) -> tuple[int, int]:
    """Return what advertisers were charged and what they were refunded, micros."""
    leases, balances = accounts.get("campaign_lease", {}), accounts.get("advertiser_balance", {})
    charges = sum(leases.get(f"campaign:c{maker}", (0, 0))[1] for maker in board.campaigns)
    refunds = sum(
        balances.get(f"advertiser:a{maker}", (0, 0))[0] - given.deposited
        for maker, given in board.campaigns.items()
        if f"advertiser:a{maker}" in balances
    )
    return charges, refunds


async def _of_creators(client: Client, accounts: dict[str, dict[str, tuple[int, int]]]) -> int:
    """Return what creators have of ads, micros: what is held or owed, and what was freed, paid out or not."""
    sides = [sides for kind in _CREATORS for sides in accounts.get(kind, {}).values()]
    freed = [
        int(transfer["amount"]["micros"])
        async for transfer in listed(client, "/v1/transfers", code="ad_share_freed")
    ]
    return sum(credit - debit for credit, debit in sides) + sum(freed)


def _groups(board: Billboard, spent: dict[int, int], by: str) -> Json:
    """Sum campaigns by one of their traits: what was spent, and what that was truly worth to its payers."""
    groups: dict[str, Counter[str]] = {}
    for maker, given in sorted(board.campaigns.items()):
        tally, sums = board.tally(maker), groups.setdefault(getattr(given, by), Counter())
        honest = tally.outcomes - tally.clicker_outcomes
        sums.update(
            campaigns=1,
            shown=tally.shown,
            clicks=tally.clicks,
            outcomes=tally.outcomes,
            spent_micros=spent[maker],
            worth_micros=honest * given.value,
            budget_micros=given.budget,
            changes=given.bids,
        )
    return {name: dict(sums) for name, sums in sorted(groups.items())}


def _clicks(board: Billboard, kind: str) -> Json:
    """Count what became of clicks on ads that pay for clicks, of one kind of people."""
    start = f"refused_{kind}_"
    refused = {
        name.removeprefix(start): count
        for name, count in board.counts.items()
        if name.startswith(start)
    }
    paid = board.counts.get(f"paid_clicks_{kind}", 0)
    return {"clicks": paid + sum(refused.values()), "paid": paid, "refused": refused}


def summary(ads: Json) -> list[tuple[str, Any]]:
    """Return a few figures worth a line each."""
    differences = len(ads["unlike"]) + len(ads["balances_off"]) + len(ads["audit_differences"])
    return [
        ("ads: revenue, micros", ads["revenue_micros"]),
        ("ads: share of looks", ads["share"]),
        ("ads: outcomes paid for", ads["outcomes"]),
        ("ads: differences in the books", differences),
    ]
