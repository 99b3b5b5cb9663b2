"""Pictures of products at the desk: sent by the page once they are small enough, shown in turn, taken out."""

from typing import Any, Final

import msgspec
from litestar import Response, post

from lodestone.base.wire import app_id
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of, sent_by
from lodestone.console.merchant.desk import MERCHANT, at, desk, onward, refused, sent
from lodestone.console.merchant.products import own, page
from lodestone.console.merchant.redeeming import word_of
from lodestone.console.merchant.refusals import REFUSED
from lodestone.console.site import HEADERS
from lodestone.content.item import Media
from lodestone.media.pictures import picture_size
from lodestone.services import use_cases
from lodestone.services.access.permissions import FORM, PICTURE_FORM

_REFUSALS: Final = refusals_of(MERCHANT)


class PictureAdded(msgspec.Struct, frozen=True):
    """Where the page goes once a picture is there."""

    next: str


@post("/merchant/product/picture", opt=PICTURE_FORM, include_in_schema=False, status_code=200)
async def add_picture(request: HttpRequest) -> Response[Any]:
    """Store a picture as `PUT /v1/media/{key}` does, and show it with a product of the shop.

    Raises:
        UnauthorisedError, ForbiddenError: As every form of the desk; a clerk asks.
        InvalidError: `picture_invalid`, `picture_too_large`, `pictures_full`.
    """
    await sent_by(request, MERCHANT)
    here = await desk(request)
    here.need_manager()
    product = await off_loop(request, own, here, app_id(request.query_params.get("product", "")))
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    body = await request.body()
    width, height = picture_size(body, kind)
    files = request.app.state["media"]
    name = await use_cases.media(here.engine, files).store(f"product {product.id}", kind, body)
    media = Media(f"/media/{name}", kind, width, height)
    await use_cases.desk_edits(here.engine).add_picture(here.shop.id, product.id, media)
    onto = at("/merchant/product", here, product=product.id, done="picture")
    return Response(
        msgspec.json.encode(PictureAdded(onto)), media_type="application/json", headers=HEADERS
    )


@post("/merchant/product/picture/remove", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def remove_picture(request: HttpRequest) -> Response[Any]:
    """Take a picture out of a product."""
    here, fields = await sent(request)
    here.need_manager()
    product, url = word_of(fields, "product"), fields.get("url", "")
    try:
        await use_cases.desk_edits(here.engine).remove_picture(here.shop.id, product, url)
    except REFUSED as error:
        return await page(request, here, product, note=refused(here, error))
    return onward("/merchant/product", here, product=product, done="removed")


ROUTES: Final = [add_picture, remove_picture]
