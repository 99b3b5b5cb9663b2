"""What the desk's page asks by itself: redeeming what it kept while there was no connection, and whether orders are new."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post

from lodestone.base.wire import decode
from lodestone.commerce.order import Code, RedeemIn, RedemptionOut, RequestId
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import sent_by
from lodestone.console.merchant.desk import MERCHANT, Desk, desk, moved
from lodestone.console.merchant.redeeming import prepared, redeemed_words
from lodestone.console.merchant.refusals import REFUSED, told_refusal
from lodestone.console.site import HEADERS
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.context import Reply


class QueuedCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that was scanned while there was no connection."""

    code: Code
    request: RequestId
    """Drawn when it was scanned: sent again, it counts once."""


class QueuedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended."""

    redeemed: bool
    text: str
    """In the reader's words."""


@post("/merchant/queued", opt=FORM, include_in_schema=False, status_code=200)
async def redeem_queued(request: HttpRequest) -> Response[Any]:
    """Redeem a code that the page kept; the same request again counts once.

    Answers 200 however it ends for good. What may go better later is refused: no connection to the records, a pause.

    Raises:
        UnauthorisedError, ForbiddenError: As every form of the desk.
        InvalidError: `queued_invalid`.
        BusyError, UnavailableError: Later.
    """
    await sent_by(request, MERCHANT)
    here = await desk(request)
    queued = decode(await request.body(), QueuedCode, code="queued_invalid")
    try:
        end = QueuedEnd(redeemed=True, text=await _redeem(request, here, queued))
    except REFUSED as error:
        end = QueuedEnd(redeemed=False, text=told_refusal(here.words, error))
    return _json(end)


async def _redeem(request: HttpRequest, here: Desk, queued: QueuedCode) -> str:
    """Redeem a code at the one of their shops that it is good at; return what came of it."""
    voucher = await prepared(here, queued.code)
    here = await moved(request, here, voucher.shop_id)
    given = RedeemIn(
        code=queued.code, request_id=queued.request, shop_id=here.shop.id, staff_id=here.person_id
    )
    reply = await here.engine.trade.redeem(given, None)
    assert isinstance(reply, Reply)
    assert isinstance(reply.told, RedemptionOut)
    return await off_loop(request, redeemed_words, here, reply.told)


@get("/merchant/news", opt=ANYONE, include_in_schema=False)
async def get_news(request: HttpRequest) -> Response[Any]:
    """Say how many orders wait to be handed over, and which is the newest."""
    here = await desk(request)
    lists = use_cases.order_lists(here.engine.trade)
    return _json(await off_loop(request, lists.to_hand_over, here.shop.id))


def _json(answer: msgspec.Struct) -> Response[Any]:
    return Response(msgspec.json.encode(answer), media_type="application/json", headers=HEADERS)


ROUTES: Final = [redeem_queued, get_news]
