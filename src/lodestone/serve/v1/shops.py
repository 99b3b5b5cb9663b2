"""Routes of merchants: shops, their review and staff, products, shared stock, flash sales."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.base.wire import TimeText, time_text
from lodestone.commerce.product import (
    ProductIn,
    ProductOut,
    SaleIn,
    SaleOut,
    SharedStockIn,
    SharedStockOut,
)
from lodestone.commerce.shop import ReviewIn, ShopIn, ShopOut, StaffIn, StaffOut
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    PathId,
    engine,
    engines,
    named,
    off_loop,
    optional_name,
    or_made,
    principal,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import needs
from lodestone.services.commerce.shops import Shops

OwnerId = Annotated[str | None, QueryParameter(description="Only this owner's.")]
ShopId = Annotated[str | None, QueryParameter(description="Only this shop's.")]


class ShopPage(msgspec.Struct, frozen=True):
    """A page of shops."""

    data: list[ShopOut]
    next_cursor: str | None


class ProductPage(msgspec.Struct, frozen=True):
    """A page of products."""

    data: list[ProductOut]
    next_cursor: str | None


class StaffList(msgspec.Struct, frozen=True):
    """Everybody who serves at a shop."""

    data: list[StaffOut]


class DeskKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the merchant's desk; its text is in this answer and nowhere else."""

    id: str
    person_id: str
    """Whom it serves as."""
    created_at: TimeText
    key: str


_MADE_SHOP = or_made(ShopOut)
_MADE_PRODUCT = or_made(ProductOut)
_MADE_STOCK = or_made(SharedStockOut)
_MADE_SALE = or_made(SaleOut)


def shops(request: HttpRequest, scope: str) -> Shops:
    """Return the merchants' use cases of the community that the key belongs to."""
    return use_cases.shops(engine(request, scope))


@put("/v1/shops/{shop_id:str}", opt=needs("write"), status_code=200, responses=_MADE_SHOP)
async def put_shop(
    request: HttpRequest, shop_id: PathId, data: JSONBody[ShopIn]
) -> Response[ShopOut]:
    """Sign a shop up, or change it; it sells once its sign-up is approved."""
    told, new = await shops(request, "write").put_shop(named(shop_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/shops/{shop_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_shop(request: HttpRequest, shop_id: PathId) -> ShopOut:
    """Read a shop."""
    return await off_loop(request, shops(request, "read").shop, named(shop_id))


@get("/v1/shops", opt=needs("read"), responses=REFUSALS)
async def list_shops(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, owner_id: OwnerId = None
) -> ShopPage:
    """List shops, of one owner if given."""
    page = ListPage(limit, cursor)
    owner = optional_name(owner_id, "owner_id")
    held = shops(request, "read")
    found = await off_loop(request, held.shops, page.fetch, page.after, owner)
    return ShopPage(*page.cut(found))


@post("/v1/shops/{shop_id:str}/review", opt=needs("review"), status_code=200, responses=REFUSALS)
async def review_shop(request: HttpRequest, shop_id: PathId, data: JSONBody[ReviewIn]) -> ShopOut:
    """Approve or reject a shop's sign-up."""
    return await shops(request, "review").review(named(shop_id), data)


@put(
    "/v1/shops/{shop_id:str}/staff/{person_id:str}",
    opt=needs("write"),
    status_code=204,
    responses=REFUSALS,
)
async def put_staff(
    request: HttpRequest, shop_id: PathId, person_id: PathId, data: JSONBody[StaffIn]
) -> None:
    """Give somebody a role at a shop."""
    held = shops(request, "write")
    await held.put_staff(named(shop_id), named(person_id, "person_id"), data.role)


@delete("/v1/shops/{shop_id:str}/staff/{person_id:str}", opt=needs("write"), responses=REFUSALS)
async def delete_staff(request: HttpRequest, shop_id: PathId, person_id: PathId) -> None:
    """Take somebody's role at a shop back."""
    held = shops(request, "write")
    await held.remove_staff(named(shop_id), named(person_id, "person_id"))


@get("/v1/shops/{shop_id:str}/staff", opt=needs("read"), responses=REFUSALS)
async def list_staff(request: HttpRequest, shop_id: PathId) -> StaffList:
    """List who serves at a shop, its owner among them."""
    held = shops(request, "read")
    return StaffList(await off_loop(request, held.staff, named(shop_id)))


@post(
    "/v1/shops/{shop_id:str}/staff/{person_id:str}/keys",
    opt=needs("sessions", "desk", secret=True),
    status_code=201,
    responses=REFUSALS,
)
async def make_desk_key(request: HttpRequest, shop_id: PathId, person_id: PathId) -> DeskKey:
    """Make a key that opens the desks of merchants and advertisers, and nothing else, to somebody who serves at the shop."""
    principal(request).need("sessions")
    held = shops(request, "desk")
    now = engines(request.app.state).wall.now()
    made = await held.desk_key(named(shop_id), named(person_id, "person_id"), now)
    return DeskKey(
        id=made.record.id, person_id=person_id, created_at=time_text(made.record.created),
        key=made.text,
    )  # fmt: skip


@put("/v1/products/{product_id:str}", opt=needs("write"), status_code=200, responses=_MADE_PRODUCT)
async def put_product(
    request: HttpRequest, product_id: PathId, data: JSONBody[ProductIn]
) -> Response[ProductOut]:
    """Make or replace a product, which is also an item of the same id."""
    told, new = await shops(request, "write").put_product(named(product_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/products/{product_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_product(request: HttpRequest, product_id: PathId) -> ProductOut:
    """Read a product with its stock."""
    return await off_loop(request, shops(request, "read").product, named(product_id))


@get("/v1/products", opt=needs("read"), responses=REFUSALS)
async def list_products(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, shop_id: ShopId = None
) -> ProductPage:
    """List products, of one shop if given."""
    page = ListPage(limit, cursor)
    shop = optional_name(shop_id, "shop_id")
    held = shops(request, "read")
    found = await off_loop(request, held.products, page.fetch, page.after, shop)
    return ProductPage(*page.cut(found))


@put("/v1/stock/{stock_id:str}", opt=needs("write"), status_code=200, responses=_MADE_STOCK)
async def put_stock(
    request: HttpRequest, stock_id: PathId, data: JSONBody[SharedStockIn]
) -> Response[SharedStockOut]:
    """Make a stock item that several variants share, or change how many it offers."""
    told, new = await shops(request, "write").put_stock(named(stock_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/stock/{stock_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_stock(request: HttpRequest, stock_id: PathId) -> SharedStockOut:
    """Read a shared stock item."""
    return await off_loop(request, shops(request, "read").stock, named(stock_id))


@put("/v1/sales/{sale_id:str}", opt=needs("write"), status_code=200, responses=_MADE_SALE)
async def put_sale(
    request: HttpRequest, sale_id: PathId, data: JSONBody[SaleIn]
) -> Response[SaleOut]:
    """Make or replace a flash sale."""
    told, new = await shops(request, "write").put_sale(named(sale_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/sales/{sale_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_sale(request: HttpRequest, sale_id: PathId) -> SaleOut:
    """Read a flash sale with its stock and its line."""
    return await off_loop(request, shops(request, "read").sale, named(sale_id))


ROUTES = [
    put_shop, get_shop, list_shops, review_shop, put_staff, delete_staff, list_staff, make_desk_key, put_product,
    get_product, list_products, put_stock, get_stock, put_sale, get_sale,
]  # fmt: skip
