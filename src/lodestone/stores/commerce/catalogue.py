"""Shops, staff, products, shared stock and flash sales in SQL. See `sql.TradeRecords`."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, InvalidError, Problem, UnknownError
from lodestone.base.wire import app_id
from lodestone.commerce.product import (
    DATE_MAX,
    ProductIn,
    SaleIn,
    SharedStockIn,
    item_text,
    item_translations,
    offered,
    sale_key,
    shared_key,
)
from lodestone.commerce.shop import ROLES, ReviewIn, ShopIn
from lodestone.commerce.stock import Stock, offer
from lodestone.content import ItemIn
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.places import require_delivered, require_place
from lodestone.stores.commerce.queries import (
    about_owner,
    find_product,
    find_sale,
    find_shop,
    role_fields,
    shop_before,
    shop_fields,
)
from lodestone.stores.commerce.schema import PRODUCTS, SALES, SHOP_STAFF, SHOPS, STOCK
from lodestone.stores.commerce.types import ProductRecord, SaleRecord, ShopRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items_write import ItemsWrite
from lodestone.stores.records.people import Known, find_people, names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.records.types import Change
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, fields_of, given_before
from lodestone.stores.sql.scope import Scope, chunks


class CatalogueRecords(RecordsBase):
    """See `TradeRecords`, the parts on shops, products, stock and sales."""

    # Shops

    def put_shop(
        self, community: str, shop_id: str, given: ShopIn, *, now: Instant
    ) -> tuple[bool, list[Change]]:
        """See `TradeRecords.put_shop`."""
        app_id(shop_id)
        with self._writing(community) as work:
            owner = _person(work, given.owner_id, "owner_id")
            shop = find_shop(work, shop_id)
            if shop is not None and shop.owner != owner.ordinal:
                problem = Problem("owner_id", "is fixed by the shop's first write")
                raise InvalidError("owner_fixed", f"owner_id {problem.problem}.", (problem,))
            require_place(work, shop_id, given)
            doc = rows.shop_doc(given)
            about = About(owner.ordinal, owner.key)
            work.audit("shop", shop_id, shop_before(shop), shop_fields(given), about)
            if shop is None:
                row = {
                    "id": shop_id, "owner": owner.ordinal, "review": 0, "note": "",
                    "created": now, "doc": doc,
                }  # fmt: skip
                work.insert(SHOPS, [row])
                return True, []
            work.run(work.update(SHOPS).where(SHOPS.c.id == shop_id).values(doc=doc))
            return False, self._show_anew(work, shop_id, now)

    def review_shop(
        self, community: str, shop_id: str, verdict: ReviewIn, *, now: Instant
    ) -> list[Change]:
        """See `TradeRecords.review_shop`."""
        with self._writing(community) as work:
            shop = require_shop(work, shop_id)
            review = rows.REVIEWS.index(verdict.decision)
            was, about = {"review": shop.review, "note": shop.note}, about_owner(work, shop)
            told = {"review": verdict.decision, "note": verdict.note}
            work.audit("shop", shop_id, was, told, about)
            update = work.update(SHOPS).where(SHOPS.c.id == shop_id)
            work.run(update.values(review=review, note=verdict.note))
            return self._show_anew(work, shop_id, now)

    def shop(self, community: str, shop_id: str) -> ShopRecord:
        """See `TradeRecords.shop`."""
        with self._reading(community) as scope:
            return with_owners(scope, [require_shop(scope, shop_id)])[0]

    def shops(
        self, community: str, *, limit: int, after: str | None = None, owner_id: str | None = None
    ) -> list[ShopRecord]:
        """See `TradeRecords.shops`."""
        with self._reading(community) as scope:
            query = scope.select(SHOPS).order_by(SHOPS.c.id).limit(limit)
            if after is not None:
                query = query.where(SHOPS.c.id > after)
            if owner_id is not None:
                owner = find_people(scope, [owner_id]).get(owner_id)
                query = query.where(SHOPS.c.owner == (-1 if owner is None else owner.ordinal))
            return with_owners(scope, [rows.shop_record(row) for row in scope.fetch(query)])

    # Staff

    def put_staff(self, community: str, shop_id: str, person_id: str, role: str) -> bool:
        """See `TradeRecords.put_staff`."""
        with self._writing(community) as work:
            require_shop(work, shop_id)
            person = _person(work, person_id, "person_id")
            here = (SHOP_STAFF.c.shop == shop_id) & (SHOP_STAFF.c.ordinal == person.ordinal)
            about = About(person.ordinal, person.key)
            work.audit("shop", shop_id, role_fields(work, here), {"role": role}, about)
            told = work.run(work.update(SHOP_STAFF).where(here).values(role=ROLES.index(role)))
            if not told:
                row = {"shop": shop_id, "ordinal": person.ordinal, "role": ROLES.index(role)}
                work.insert(SHOP_STAFF, [row])
            return not told

    def remove_staff(self, community: str, shop_id: str, person_id: str) -> bool:
        """See `TradeRecords.remove_staff`."""
        with self._writing(community) as work:
            require_shop(work, shop_id)
            person = _person(work, person_id, "person_id")
            here = (SHOP_STAFF.c.shop == shop_id) & (SHOP_STAFF.c.ordinal == person.ordinal)
            work.audit(
                "shop", shop_id, role_fields(work, here), {}, About(person.ordinal, person.key)
            )
            return work.run(work.delete(SHOP_STAFF).where(here)) > 0

    def staff(self, community: str, shop_id: str) -> list[tuple[str, str]]:
        """See `TradeRecords.staff`."""
        with self._reading(community) as scope:
            shop = require_shop(scope, shop_id)
            found = scope.fetch(scope.select(SHOP_STAFF).where(SHOP_STAFF.c.shop == shop_id))
            roles = {row.ordinal: row.role for row in found} | {shop.owner: 0}
            names = names_of(scope, list(roles))
        return sorted((names[one][0], ROLES[role]) for one, role in roles.items() if one in names)

    # Products

    def put_product(
        self, community: str, product_id: str, given: ProductIn, *, currency: str, now: Instant
    ) -> list[Change]:
        """See `TradeRecords.put_product`."""
        app_id(product_id)
        with self._writing(community) as work:
            shop = require_shop(work, given.shop_id, field="shop_id")
            product = find_product(work, product_id)
            if product is not None and product.shop != given.shop_id:
                problem = Problem("shop_id", "is fixed by the product's first write")
                raise InvalidError("shop_fixed", f"shop_id {problem.problem}.", (problem,))
            require_delivered(shop.given, given)
            _judge_variants(work, given, currency)
            if product is None:
                _require_free(work, product_id)
            changes = self._write_items(work, [(product_id, given)], shop, now)
            before = given_before(product)
            work.audit("product", product_id, before, fields_of(given), about_owner(work, shop))
            item = changes[-1].target
            _offer(work, shop.id, offered(product_id, given))
            doc = rows.product_doc(given)
            if product is None:
                row = {"id": product_id, "shop": shop.id, "item": item, "created": now, "doc": doc}
                work.insert(PRODUCTS, [row])
            else:
                work.run(work.update(PRODUCTS).where(PRODUCTS.c.id == product_id).values(doc=doc))
            return changes

    def product(self, community: str, product_id: str) -> tuple[ProductRecord, dict[str, Stock]]:
        """See `TradeRecords.product`."""
        with self._reading(community) as scope:
            product = _require_product(scope, product_id)
            return product, stock_of_products(scope, [product])

    def products(
        self, community: str, *, limit: int, after: str | None = None, shop_id: str | None = None
    ) -> tuple[list[ProductRecord], dict[str, Stock]]:
        """See `TradeRecords.products`."""
        with self._reading(community) as scope:
            query = scope.select(PRODUCTS).order_by(PRODUCTS.c.id).limit(limit)
            if after is not None:
                query = query.where(PRODUCTS.c.id > after)
            if shop_id is not None:
                query = query.where(PRODUCTS.c.shop == shop_id)
            found = [rows.product_record(row) for row in scope.fetch(query)]
            return found, stock_of_products(scope, found)

    def _show_anew(self, work: Work, shop_id: str, now: Instant) -> list[Change]:
        """Write a shop's products as items again: where it is and whether it sells has changed."""
        shop = require_shop(work, shop_id)
        query = work.select(PRODUCTS).where(PRODUCTS.c.shop == shop_id).order_by(PRODUCTS.c.id)
        found = [rows.product_record(row) for row in work.fetch(query)]
        changes = []
        for some in chunks(found):
            changes += self._write_items(work, [(one.id, one.given) for one in some], shop, now)
        return changes

    def _write_items(
        self, work: Work, products: Sequence[tuple[str, ProductIn]], shop: ShopRecord, now: Instant
    ) -> list[Change]:
        owner = names_of(work, [shop.owner]).get(shop.owner)
        if owner is None:
            # An erased owner's items are emptied already.
            return []
        given = [(name, _item(product, shop, owner[0])) for name, product in products]
        write = ItemsWrite.begin(work, given, now, self._project, self._person_draw)
        refused = write.plan_all(given)
        if refused:
            raise refused[0].error
        return write.store()

    # Shared stock and sales

    def put_shared_stock(self, community: str, stock_id: str, given: SharedStockIn) -> bool:
        """See `TradeRecords.put_shared_stock`."""
        app_id(stock_id)
        with self._writing(community) as work:
            require_shop(work, given.shop_id, field="shop_id")
            key = shared_key(stock_id)
            row = work.first(work.select(STOCK).where(STOCK.c.key == key))
            if row is not None and row.shop != given.shop_id:
                problem = Problem("shop_id", "is fixed by the first write")
                raise InvalidError("shop_fixed", f"shop_id {problem.problem}.", (problem,))
            before = None if row is None else {"shop_id": row.shop, "stock": row.offered}
            work.audit("stock", stock_id, before, fields_of(given))
            _offer(work, given.shop_id, {key: given.stock})
            return row is None

    def shared_stock(self, community: str, stock_id: str) -> tuple[str, Stock]:
        """See `TradeRecords.shared_stock`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(STOCK).where(STOCK.c.key == shared_key(stock_id)))
        if row is None:
            raise UnknownError("stock_unknown", f"There is no stock item {stock_id!r} here.")
        return row.shop, rows.stock_of(row)

    def put_sale(
        self, community: str, sale_id: str, given: SaleIn, *, currency: str, now: Instant
    ) -> bool:
        """See `TradeRecords.put_sale`."""
        app_id(sale_id)
        with self._writing(community) as work:
            product = _require_product(work, given.product_id, field="product_id")
            if given.variant_id not in {variant.id for variant in product.given.variants}:
                problem = Problem("variant_id", "is not one of the product's")
                raise UnknownError("variant_unknown", f"variant_id {problem.problem}.", (problem,))
            if given.price is not None:
                _require_currency(given.price.currency, currency, "price")
            sale = find_sale(work, sale_id)
            if sale is not None and (sale.given.product_id, sale.given.variant_id) != (
                given.product_id,
                given.variant_id,
            ):
                problem = Problem("product_id", "and variant_id are fixed by the first write")
                raise InvalidError("product_fixed", f"product_id {problem.problem}.", (problem,))
            work.audit("sale", sale_id, given_before(sale), fields_of(given))
            _offer(work, product.shop, {sale_key(sale_id): given.stock})
            doc = rows.sale_doc(given)
            if sale is None:
                row = {"id": sale_id, "product": given.product_id, "created": now, "doc": doc}
                work.insert(SALES, [row])
            else:
                work.run(work.update(SALES).where(SALES.c.id == sale_id).values(doc=doc))
            return sale is None

    def sale(self, community: str, sale_id: str) -> tuple[SaleRecord, ProductRecord, Stock]:
        """See `TradeRecords.sale`."""
        with self._reading(community) as scope:
            sale = find_sale(scope, sale_id)
            if sale is None:
                raise UnknownError("sale_unknown", f"There is no sale {sale_id!r} here.")
            product = _require_product(scope, sale.given.product_id)
            row = scope.first(scope.select(STOCK).where(STOCK.c.key == sale_key(sale_id)))
            return sale, product, rows.stock_of(row)


def require_shop(scope: Scope, shop_id: str, *, field: str = "id") -> ShopRecord:
    """Return a shop. Raises UnknownError."""
    shop = find_shop(scope, shop_id)
    if shop is None:
        problem = Problem(field, "names no shop of this community; PUT it first")
        raise UnknownError("shop_unknown", f"There is no shop {shop_id!r} here.", (problem,))
    return shop


def _require_product(scope: Scope, product_id: str, *, field: str = "id") -> ProductRecord:
    product = find_product(scope, product_id)
    if product is None:
        problem = Problem(field, "names no product of this community; PUT it first")
        raise UnknownError("product_unknown", f"There is no product {product_id!r}.", (problem,))
    return product


def _person(scope: Scope, person_id: str, field: str) -> Known:
    found = find_people(scope, [app_id(person_id, field=field)]).get(person_id)
    if found is None:
        problem = Problem(field, "names nobody of this community; PUT the person first")
        raise UnknownError("person_unknown", f"There is no person {person_id!r}.", (problem,))
    return found


def with_owners(scope: Scope, shops: Sequence[ShopRecord]) -> list[ShopRecord]:
    """Fill in whose shops they are, for those who are not erased."""
    names = names_of(scope, [shop.owner for shop in shops])
    return [replace(shop, given=_owned(shop.given, names.get(shop.owner))) for shop in shops]


def _owned(given: ShopIn, owner: tuple[str, bytes] | None) -> ShopIn:
    return msgspec.structs.replace(given, owner_id="" if owner is None else owner[0])


def _judge_variants(scope: Scope, given: ProductIn, currency: str) -> None:
    for index, variant in enumerate(given.variants):
        _require_currency(variant.price.currency, currency, f"variants[{index}].price")
        if max(variant.dates or (), default=DATE_MAX) > DATE_MAX:
            problem = Problem(f"variants[{index}].dates", f"must be at most {DATE_MAX}")
            raise InvalidError("date_too_late", f"{problem.field} {problem.problem}.", (problem,))
        if variant.stock_item is None:
            continue
        field = f"variants[{index}].stock_item"
        row = scope.first(scope.select(STOCK).where(STOCK.c.key == shared_key(variant.stock_item)))
        if row is None:
            problem = Problem(field, "names no stock item; PUT it first")
            raise UnknownError("stock_unknown", f"{field} {problem.problem}.", (problem,))
        if row.shop != given.shop_id:
            problem = Problem(field, "is another shop's")
            raise InvalidError("stock_foreign", f"{field} {problem.problem}.", (problem,))


def _require_currency(given: str, currency: str, field: str) -> None:
    if given != currency:
        problem = Problem(f"{field}.currency", f"must be the community's own, {currency}")
        raise InvalidError("currency_mismatch", f"{problem.field} {problem.problem}.", (problem,))


def _require_free(scope: Scope, item_id: str) -> None:
    """Refuse a product whose id is that of a post: it would turn into a product card."""
    row = scope.first(scope.select(ITEMS, ITEMS.c.kind).where(ITEMS.c.id == item_id))
    if row is not None and row.kind != "product":
        problem = Problem("id", f"is that of a {row.kind}; choose another")
        raise ConflictError("item_taken", f"id {problem.problem}.", (problem,))


def _offer(work: Work, shop_id: str, wanted: dict[str, int]) -> None:
    """Set how many units stock items offer, making those that are new."""
    held: dict[str, Stock] = {}
    for some in chunks(list(wanted)):
        for row in work.fetch(work.select(STOCK).where(STOCK.c.key.in_(some))):
            held[row.key] = rows.stock_of(row)
    for key, units in wanted.items():
        if key not in held:
            continue
        moved = offer(held[key], units)
        if moved is None:
            gone = held[key].held + held[key].sold
            problem = Problem("stock", f"must be at least {gone}, which are held or sold already")
            raise ConflictError("stock_below_taken", f"stock {problem.problem}.", (problem,))
        work.run(work.update(STOCK).where(STOCK.c.key == key).values(offered=units))
    fresh = [
        {"key": key, "shop": shop_id, "offered": units, "held": 0, "sold": 0}
        for key, units in wanted.items()
        if key not in held
    ]
    work.insert(STOCK, fresh)


def stock_of_products(scope: Scope, products: Sequence[ProductRecord]) -> dict[str, Stock]:
    """Return the stock of products, by key; that of items which variants share too."""
    keys = [key for product in products for key in offered(product.id, product.given)]
    keys += [
        shared_key(variant.stock_item)
        for product in products
        for variant in product.given.variants
        if variant.stock_item is not None
    ]
    found = {}
    for some in chunks(list(dict.fromkeys(keys))):
        for row in scope.fetch(scope.select(STOCK).where(STOCK.c.key.in_(some))):
            found[row.key] = rows.stock_of(row)
    return found


def _item(product: ProductIn, shop: ShopRecord, owner_id: str) -> ItemIn:
    """Show a product as an item where its shop is; it is live while both are."""
    state = product.state
    if state == "live" and not shop.sells:
        state = "draft"
    return ItemIn(
        kind="product", author_id=owner_id, text=item_text(product), language=product.language,
        tags=product.tags, channels=product.channels, position=shop.given.position,
        media=product.media, state=state, translations=item_translations(product),
    )  # fmt: skip
