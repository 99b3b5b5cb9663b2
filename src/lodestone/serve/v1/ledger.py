"""Routes of money: accounts, transfers, statements, the trial balance, settling, auditing, payouts."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.list_page import ListPage, encode_after
from lodestone.base.money import Micros
from lodestone.base.wire import DAY, TEXT, TimeText, time_text
from lodestone.base.wire import Money as Amount
from lodestone.commerce.price import require_whole
from lodestone.ledger.payout_reasons import explanation
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    First,
    HttpRequest,
    Last,
    Limit,
    engine,
    made_ids,
    off_loop,
    read_long,
)
from lodestone.services import money_cases, use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.audit.ledger import AuditOut
from lodestone.services.community.community import Engine
from lodestone.services.ledger import MANUAL, PaymentState, Payout, Reply, TransferFilter
from lodestone.services.ledger.close_day import SettledOut, settle
from lodestone.services.ledger.payout_results import payout_name
from lodestone.services.ledger.payouts import PAYOUT, Payouts
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statement_file import statement_file
from lodestone.services.ledger.statements import (
    AccountOut,
    StatementOut,
    Statements,
    TransferOut,
    TrialBalance,
    account_named,
    code_named,
    day_number,
    day_text,
)
from lodestone.services.support.spreadsheet import attachment

SCOPE = "money"
DayText = Annotated[str, msgspec.Meta(pattern=DAY, description="A day of the community's, a date.")]
Day = Annotated[
    str | None, QueryParameter(pattern=DAY, description="The day through which was paid.")
]
Party = Annotated[
    str | None,
    QueryParameter(
        max_length=160, description="`platform`, `shop:ID`, `person:ID`, `provider:NAME`."
    ),
]
PathParty = Annotated[
    str,
    PathParameter(
        description="`platform`, `shop:ID`, `person:ID`, `provider:NAME`.",
        schema_extra={"pattern": "^(platform|(shop|person|provider):.{1,128})$"},
    ),
]
PathAccount = Annotated[
    str,
    PathParameter(description="`acc_` and 32 hexadecimal digits.", schema_extra=made_ids("acc_")),
]
PathTransfer = Annotated[
    str,
    PathParameter(description="`trf_` and 32 hexadecimal digits.", schema_extra=made_ids("trf_")),
]
PathPayout = Annotated[
    str,
    PathParameter(description="`pay_` and 32 hexadecimal digits.", schema_extra=made_ids("pay_")),
]
PathDay = Annotated[
    str,
    PathParameter(
        description="The day through which was paid, a date.", schema_extra={"pattern": DAY}
    ),
]


Bom = Annotated[
    bool, QueryParameter(description="Begin with a byte-order mark, as Excel wants UTF-8 to.")
]
_CSV = {
    **REFUSALS,
    200: ResponseSpec(str, media_type="text/csv", generate_examples=False, description="CSV"),
}


class Accounts(msgspec.Struct, frozen=True):
    """A page of accounts."""

    data: list[AccountOut]
    next_cursor: str | None


class Transfers(msgspec.Struct, frozen=True):
    """A page of transfers, in the order of the book."""

    data: list[TransferOut]
    next_cursor: str | None


class DayIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of the community's."""

    day: DayText


class PayoutsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to pay out: everything earned through a closed day and not paid yet."""

    day: DayText
    provider: Annotated[str, msgspec.Meta(max_length=64, pattern=TEXT)] = MANUAL


class PayoutResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a payout ended, as whoever moved the money says."""

    state: Annotated[str, msgspec.Meta(pattern="^(paid|declined)$", description="paid or declined")]
    paid_micros: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None
    """What was truly paid; all of it when nothing is said."""
    reference: Annotated[str, msgspec.Meta(max_length=128, pattern=TEXT)] = ""


class PayoutOut(msgspec.Struct, frozen=True, kw_only=True):
    """One payment to one party for one period."""

    id: str
    day: str
    party: str
    amount: Amount
    paid: Amount
    returned: Amount
    """What the provider took back again of what was paid."""
    provider: str
    state: str
    reference: str | None
    reason: str | None
    """The provider's code of why it was declined, or is unknown."""
    explanation: str | None
    """What that means, and what to do about it."""
    created_at: TimeText


class FailedPayout(msgspec.Struct, frozen=True):
    """What could not be ordered or sent; it is tried again by the clock, and by the same request."""

    row: str
    """A payout's id, or `order DAY PROVIDER ACCOUNT` where none could be ordered."""
    kind: str
    """The error's code or class."""


class PayoutList(msgspec.Struct, frozen=True):
    """The payouts of a period, or all."""

    data: list[PayoutOut]
    failed: list[FailedPayout] = []
    """Of ordering and sending only: what of this community waits to be tried again."""


@get("/v1/accounts", opt=needs(SCOPE), responses=REFUSALS)
async def list_accounts(
    request: HttpRequest, party: Party = None, limit: Limit = 100, cursor: Cursor = None
) -> Accounts:
    """List accounts, of one party if given."""
    page = ListPage(limit, cursor)
    books = money_cases.books(engine(request, SCOPE))
    found = {one.id: one for one in await off_loop(request, books.accounts, party)}
    names, after = page.of(sorted(found))
    return Accounts([found[name] for name in names], after)


@get("/v1/accounts/{account_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_account(request: HttpRequest, account_id: PathAccount) -> AccountOut:
    """Read an account: whose it is, what it holds and what is held of it."""
    return await off_loop(request, money_cases.books(engine(request, SCOPE)).account, account_id)


@get("/v1/transfers", opt=needs(SCOPE), responses=REFUSALS)
async def list_transfers(
    request: HttpRequest,
    account: Annotated[
        str | None, QueryParameter(max_length=40, description="An account's id.")
    ] = None,
    external: Annotated[
        str | None, QueryParameter(max_length=160, description="An order, a payout, a reference.")
    ] = None,
    code: Annotated[
        str | None, QueryParameter(max_length=40, description="What they are for.")
    ] = None,
    day: Annotated[
        str | None, QueryParameter(pattern=DAY, description="The day they are booked on, a date.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Transfers:
    """List transfers in the order of the book, by account, external id, code and day."""
    page = ListPage(limit, cursor)
    found = engine(request, SCOPE)
    on = None if day is None else day_number(day, "day")
    wanted = TransferFilter(
        account=None if account is None else account_named(account, "account"),
        external=external, code=None if code is None else code_named(code), first=on, last=on,
    )  # fmt: skip
    after = page.number or 0
    shown, more = await off_loop(request, money_cases.books(found).transfers, wanted, limit, after)
    return Transfers(shown, encode_after(more))


@get("/v1/transfers/{transfer_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_transfer(request: HttpRequest, transfer_id: PathTransfer) -> TransferOut:
    """Read a transfer."""
    return await off_loop(request, money_cases.books(engine(request, SCOPE)).transfer, transfer_id)


@get("/v1/statements/{party:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_statement(
    request: HttpRequest, party: PathParty, first: First = None, last: Last = None
) -> StatementOut:
    """Read a party's statement: opening, every line, closing; today's when no days are given."""
    return await _statement(request, party, first, last)


async def _statement(
    request: HttpRequest, party: str, first: str | None, last: str | None
) -> StatementOut:
    found = engine(request, SCOPE)
    start, end = days_of_statement(first, last, found.money.today())
    return await off_loop(request, money_cases.books(found).statement, party, start, end)


@get("/v1/statements/{party:str}/file", opt=needs(SCOPE), responses=_CSV)
async def get_statement_file(
    request: HttpRequest,
    party: PathParty,
    first: First = None,
    last: Last = None,
    bom: Bom = False,  # noqa: FBT002  as it stands in the query
) -> Response[bytes]:
    """Fetch a party's statement as CSV: opening, every line, closing, account by account."""
    statement = await _statement(request, party, first, last)
    body = await off_loop(request, statement_file, statement, bom=bom)
    return _file(body, f"statement-{party}-{statement.first}-{statement.last}.csv")


@get("/v1/trial-balance", opt=needs(SCOPE), responses=REFUSALS)
async def get_trial_balance(request: HttpRequest) -> TrialBalance:
    """Sum every account: debits and credits are equal."""
    found = engine(request, SCOPE)
    return await read_long(request, money_cases.books(found).trial_balance)


@post("/v1/settle", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def post_settle(request: HttpRequest, data: JSONBody[DayIn]) -> SettledOut:
    """Settle a day that is over: release expired holds, close its books; again changes nothing."""
    return await settle(engine(request, SCOPE).money, day_number(data.day, "day"))


@post("/v1/audit", opt=needs(SCOPE, **UNAUDITED), status_code=200, responses=REFUSALS)
async def post_audit(request: HttpRequest) -> AuditOut:
    """Prove that the book is what its transfers say, and orders and log agree; name every difference."""
    found = engine(request, SCOPE)
    return await read_long(request, use_cases.audit_of_books(found))


def _file(body: bytes, name: str) -> Response[bytes]:
    headers = {"content-disposition": attachment(name)}
    return Response(body, media_type="text/csv", headers=headers)


def _payouts(found: Engine) -> Payouts:
    return money_cases.payees(found).payouts


def _payout(found: Engine, names: Statements, payout: Payout) -> PayoutOut:
    currency = found.money.currency
    return PayoutOut(
        id=payout_name(payout), day=day_text(payout.period), party=names.outside(payout.party),
        amount=Amount(payout.amount, currency), paid=Amount(payout.paid, currency),
        returned=Amount(payout.returned, currency), provider=payout.provider, state=payout.state,
        reference=payout.reference, reason=payout.reason, explanation=explanation(payout.reason),
        created_at=time_text(payout.created),
    )  # fmt: skip


def _shown(found: Engine, payouts: list[Payout]) -> PayoutList:
    names = money_cases.books(found)
    return PayoutList([_payout(found, names, payout) for payout in payouts])


@post("/v1/payouts", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def post_payouts(request: HttpRequest, data: JSONBody[PayoutsIn]) -> PayoutList:
    """Pay out what was earned through a closed day, once; again asks only for what has not ended."""
    found = engine(request, SCOPE)
    day, payouts = day_number(data.day, "day"), _payouts(found)
    made = await payouts.pay(day, data.provider)
    failed = [
        FailedPayout(one.row, one.kind) for one in found.failures.standing() if one.job == PAYOUT
    ]
    return PayoutList(_shown(found, made).data, failed)


@get("/v1/payouts", opt=needs(SCOPE), responses=REFUSALS)
async def list_payouts(request: HttpRequest, day: Day = None) -> PayoutList:
    """List payouts, of one period if given."""
    found = engine(request, SCOPE)
    period = None if day is None else day_number(day, "day")
    payouts = await off_loop(request, found.money.store.payouts, found.money.community, period)
    return _shown(found, payouts)


@get(
    "/v1/payouts/{day:str}/file",
    opt=needs(SCOPE),
    responses=_CSV,
)
async def get_payout_file(request: HttpRequest, day: PathDay, bom: Bom = False) -> Response[bytes]:  # noqa: FBT002  as it stands in the query
    """Fetch the payouts of a period as CSV, for a bank's own program or a spreadsheet."""
    found = engine(request, SCOPE)
    body = await off_loop(request, _payouts(found).file, day_number(day, "day"), bom=bom)
    return _file(body, f"payouts-{day}.csv")


@post("/v1/payouts/{payout_id:str}/result", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def post_payout_result(
    request: HttpRequest, payout_id: PathPayout, data: JSONBody[PayoutResult]
) -> PayoutOut:
    """Say how a payout ended; the same again changes nothing, a contradiction is refused (`payout_ended`)."""
    found = engine(request, SCOPE)
    payouts, names = _payouts(found), money_cases.books(found)
    payout = await off_loop(request, payouts.find, payout_id)
    amount = data.paid_micros or payout.paid or payout.amount
    if amount not in (payout.paid, payout.amount):
        require_whole(amount, payout.currency, "paid_micros")
    done = data.state == "paid"
    reply = Reply(
        payout_id, PaymentState.DONE if done else PaymentState.DECLINED,
        Micros(amount if done else 0), data.reference,
    )  # fmt: skip
    return _payout(found, names, await payouts.hear(reply))


ROUTES = [
    list_accounts, get_account, list_transfers, get_transfer, get_statement, get_statement_file, get_trial_balance,
    post_settle, post_audit, post_payouts, list_payouts, get_payout_file, post_payout_result,
]  # fmt: skip
