"""Routes of payees: where parties have themselves paid, what providers tell, money brought to a provider."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.wire import TEXT
from lodestone.base.wire import Money as Amount
from lodestone.serve.http.bodies import SIGNED_BODY
from lodestone.serve.v1.common import (
    REFUSALS,
    HttpRequest,
    PathId,
    engine,
    engines,
    idempotency_key,
    off_loop,
    or_made,
)
from lodestone.services import money_cases
from lodestone.services.access.permissions import SIGNED, needs
from lodestone.services.ledger import MANUAL
from lodestone.services.ledger.payees import FundsOut, PayeeOut

SCOPE = "money"
ProviderName = Annotated[str, msgspec.Meta(max_length=64, pattern=TEXT)]
PathPayee = Annotated[
    str,
    PathParameter(
        description="`shop:ID`, `person:ID`.", schema_extra={"pattern": "^(shop|person):.{1,128}$"}
    ),
]
PathProvider = Annotated[
    str,
    PathParameter(description="A provider's name.", schema_extra={"pattern": "^[a-z]{1,64}$"}),
]


class PayeeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party's account at a provider."""

    provider: ProviderName
    account: Annotated[
        str,
        msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,128}$", description="The account, by its id there."),
    ]


class PayeeList(msgspec.Struct, frozen=True):
    """Payees, by party and provider."""

    data: list[PayeeOut]


class FundsIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that was brought from one provider to another."""

    to: ProviderName
    amount: Amount
    giver: ProviderName = msgspec.field(default=MANUAL, name="from")


class Heard(msgspec.Struct, frozen=True):
    """That an event was taken."""

    received: bool


@get("/v1/payees", opt=needs(SCOPE), responses=REFUSALS)
async def list_payees(
    request: HttpRequest,
    party: Annotated[
        str | None, QueryParameter(max_length=160, description="`shop:ID`, `person:ID`.")
    ] = None,
) -> PayeeList:
    """List where parties have themselves paid, of one party if given."""
    payees = money_cases.payees(engine(request, SCOPE))
    return PayeeList(await off_loop(request, payees.list, party))


@put("/v1/payees/{party:str}", opt=needs(SCOPE), responses=or_made(PayeeOut))
async def put_payee(
    request: HttpRequest, party: PathPayee, data: JSONBody[PayeeIn]
) -> Response[PayeeOut]:
    """Say to which account at a provider a shop or a person is paid out."""
    payees = money_cases.payees(engine(request, SCOPE))
    payee, new = await payees.put(party, data.provider, data.account)
    return Response(payee, status_code=201 if new else 200)


@delete("/v1/payees/{party:str}", opt=needs(SCOPE), responses=REFUSALS)
async def delete_payee(
    request: HttpRequest,
    party: PathPayee,
    provider: Annotated[
        str, QueryParameter(max_length=64, pattern="^[a-z]+$", description="The provider.")
    ],
) -> None:
    """Forget a shop's or a person's account at a provider; again changes nothing."""
    await money_cases.payees(engine(request, SCOPE)).drop(party, provider)


@post("/v1/provider-funds", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def post_provider_funds(request: HttpRequest, data: JSONBody[FundsIn]) -> FundsOut:
    """Book money brought from one provider to another, once for each idempotency key: payouts go out from there."""
    payees = money_cases.payees(engine(request, SCOPE))
    return await payees.fund(data.giver, data.to, data.amount, idempotency_key(request))


@post(
    "/v1/payouts/hooks/{provider:str}/{community_id:str}",
    opt=SIGNED | SIGNED_BODY,
    status_code=200,
    responses=REFUSALS,
)
async def post_provider_event(
    request: HttpRequest, provider: PathProvider, community_id: PathId
) -> Heard:
    """Take what a payment provider tells by itself; it signs what it sends, and no key is asked for."""
    payees = money_cases.payees(engines(request.app.state).of(community_id))
    await payees.hear(provider, await request.body(), request.headers)
    return Heard(received=True)


ROUTES = (list_payees, put_payee, delete_payee, post_provider_funds, post_provider_event)
