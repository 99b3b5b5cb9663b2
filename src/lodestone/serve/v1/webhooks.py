"""Routes of webhooks and of the log of their deliveries."""

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody

from lodestone.base.list_page import ListPage
from lodestone.commerce.webhooks import DeliveryOut, WebhookIn, WebhookOut
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    PathId,
    engine,
    made_after,
    named,
    off_loop,
    or_made,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import needs
from lodestone.services.support.ids import DELIVERY
from lodestone.services.webhooks.deliveries import Hooks


class WebhookPage(msgspec.Struct, frozen=True):
    """A page of webhooks."""

    data: list[WebhookOut]
    next_cursor: str | None


class DeliveryPage(msgspec.Struct, frozen=True):
    """A page of deliveries, the newest first."""

    data: list[DeliveryOut]
    next_cursor: str | None


_MADE = or_made(WebhookOut)


def hooks(request: HttpRequest) -> Hooks:
    """Return the webhooks of the community that the key belongs to."""
    return use_cases.hooks(engine(request, "webhooks"))


@put("/v1/webhooks/{webhook_id:str}", opt=needs("webhooks"), status_code=200, responses=_MADE)
async def put_webhook(
    request: HttpRequest, webhook_id: PathId, data: JSONBody[WebhookIn]
) -> Response[WebhookOut]:
    """Set a webhook; the answer that makes it holds its secret, and no other does."""
    told, new = await hooks(request).put(named(webhook_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/webhooks/{webhook_id:str}", opt=needs("webhooks"), responses=REFUSALS)
async def get_webhook(request: HttpRequest, webhook_id: PathId) -> WebhookOut:
    """Read a webhook."""
    return await off_loop(request, hooks(request).webhook, named(webhook_id))


@get("/v1/webhooks", opt=needs("webhooks"), responses=REFUSALS)
async def list_webhooks(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None
) -> WebhookPage:
    """List webhooks."""
    page = ListPage(limit, cursor)
    held = hooks(request)
    found = await off_loop(request, held.webhooks, page.fetch, page.after)
    return WebhookPage(*page.cut(found))


@post(
    "/v1/webhooks/{webhook_id:str}/secret",
    opt=needs("webhooks", secret=True),
    status_code=200,
    responses=REFUSALS,
)
async def renew_secret(request: HttpRequest, webhook_id: PathId) -> WebhookOut:
    """Give a webhook a new secret, told in this answer alone; the old one signs too for a day."""
    return await hooks(request).renew(named(webhook_id))


@get("/v1/webhooks/{webhook_id:str}/deliveries", opt=needs("webhooks"), responses=REFUSALS)
async def list_deliveries(
    request: HttpRequest, webhook_id: PathId, limit: Limit = 100, cursor: Cursor = None
) -> DeliveryPage:
    """List a webhook's deliveries, the newest first: their attempts, how they stand, the next try."""
    page = ListPage(limit, cursor)
    held = hooks(request)
    before = made_after(engine(request, "webhooks").secret, DELIVERY, page)
    found = await off_loop(request, held.deliveries, named(webhook_id), page.fetch, before)
    return DeliveryPage(*page.cut(found))


@post(
    "/v1/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/resend",
    opt=needs("webhooks"),
    status_code=200,
    responses=REFUSALS,
)
async def resend_delivery(
    request: HttpRequest, webhook_id: PathId, delivery_id: PathId
) -> DeliveryOut:
    """Try a delivery once more, now, whether it was delivered, given up or still waits."""
    return await hooks(request).resend(named(webhook_id), named(delivery_id, "delivery_id"))


ROUTES = (put_webhook, get_webhook, list_webhooks, renew_secret, list_deliveries, resend_delivery)
