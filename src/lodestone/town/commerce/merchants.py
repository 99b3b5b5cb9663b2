"""The demo town's shops as merchants: signed up, approved, with a keeper of all desks and everything they sell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import MICROS_IN_ONE
from lodestone.client import AsyncClient as Client
from lodestone.town.make import Json, Post, Shop, Town

_ROOM_DAYS: Final = 30
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REDEEM, PICKUP, DELIVERY = "redeem", "pickup", "delivery"
_EAT: Final = (REDEEM, PICKUP)
_TAKE: Final = (REDEEM, PICKUP, DELIVERY)
_DO: Final = (REDEEM,)


@dataclass(frozen=True, slots=True)
class Ware:
    """What stands behind a good's name."""

    yuan: float
    ways: tuple[str, ...]
    larger: float = 0.0
    """Price of a large one; 0 where there is one size."""
    times: int = 1
    """How often one unit may be redeemed."""
    nightly: bool = False
    """Sold by the date."""


WARES: Final[Mapping[str, Ware]] = {
    "一份酸汤鱼": Ware(68, _EAT, larger=98), "酸汤底料一瓶": Ware(18, _TAKE), "四人鱼火锅": Ware(168, _DO),
    "羊肉粉一碗": Ware(14, _EAT, larger=18), "牛肉粉一碗": Ware(13, _EAT, larger=17), "十次早餐卡": Ware(110, _DO, times=10),
    "明前茶半斤": Ware(180, _TAKE), "野红茶一罐": Ware(88, _TAKE), "采茶半日": Ware(60, _DO),
    "绣片一幅": Ware(260, _TAKE), "绣花背包": Ware(158, _TAKE), "学绣一下午": Ware(80, _DO),
    "蜡染围巾": Ware(96, _TAKE), "蓝染桌布": Ware(138, _TAKE), "染一块自己的布": Ware(58, _DO),
    "银手镯一只": Ware(680, _TAKE), "银耳环一对": Ware(220, _TAKE), "亲手打一枚戒指": Ware(199, _DO),
    "野蜜一斤": Ware(75, _TAKE), "巢蜜一盒": Ware(48, _TAKE), "油菜花蜜两瓶": Ware(56, _TAKE),
    "手工板凳": Ware(120, _TAKE), "榫卯小盒": Ware(85, _TAKE), "木梳一把": Ware(39, _TAKE),
    "山景房一晚": Ware(268, _DO, nightly=True), "双人房带早饭": Ware(198, _DO, nightly=True), "火塘晚饭": Ware(66, _DO),
    "摩托车保养": Ware(90, _DO), "换一对轮胎": Ware(240, _DO), "上门补胎": Ware(30, (DELIVERY, REDEEM)),
    "红糖糍粑一盒": Ware(22, _EAT, larger=38), "黄豆粑十个": Ware(20, _EAT), "现打糯米粑": Ware(12, _EAT),
    "新米十斤": Ware(55, _TAKE), "稻花鱼两条": Ware(46, _TAKE), "红米一袋": Ware(38, _TAKE),
}  # fmt: skip


async def open_shops(client: Client, town: Town, media: Mapping[str, list[Json]]) -> None:
    """Sign every shop up, approve it and put up what it sells; again changes nothing.

    Args:
        client: May write and review.
        town: Its people are there already.
        media: Each product's pictures, by the product's id.
    """
    keeper = f"p{town.shops[0].owner}" if town.shops else ""
    products = iter([post for post in town.posts if post.body["kind"] == "product"])
    for number, shop in enumerate(town.shops):
        name = f"shop-{number}"
        await client.ask("PUT", f"/v1/shops/{name}", _shop(town, number, shop))
        await client.ask("POST", f"/v1/shops/{name}/review", {"decision": "approved"})
        staff = f"/v1/shops/{name}/staff/{keeper}"
        await client.ask("PUT", staff, {"role": "manager"})
        for good in shop.goods:
            post = next(products)
            body = _product(town, shop, good, post, media.get(post.body["id"], []))
            await client.ask("PUT", f"/v1/products/{post.body['id']}", {"shop_id": name, **body})


def _shop(town: Town, number: int, shop: Shop) -> Json:
    """Write a shop: open by day within ten kilometres, some with a day of rest."""
    chance = Streams(town.seed).of("hours", number)
    opens, closes = int(chance.integers(7, 10)), int(chance.integers(19, 23))
    rests = int(chance.integers(0, 14))
    return {
        "owner_id": town.people[shop.owner].body["id"],
        "name": shop.name,
        "radius_km": 10.0,
        "hold_share": 0.5,
        "position": shop.position,
        "categories": list(_tags(town, shop)),
        "text": f"{shop.name}，做{'、'.join(shop.goods)}。线上买了，到店出示券码就好。",
        "hours": [
            {"day": day, "opens": f"{opens:02}:00", "closes": f"{closes:02}:00"}
            for weekday, day in enumerate(_WEEK)
            if weekday != rests
        ],
    }


def _tags(town: Town, shop: Shop) -> tuple[str, ...]:
    sold = next(post for post in town.posts if post.body["text"].startswith(f"{shop.name}："))
    return tuple(sold.body["tags"])


def _product(town: Town, shop: Shop, good: str, post: Post, media: list[Json]) -> Json:
    """Write a product; its shop comes besides."""
    ware, body = WARES[good], post.body
    chance = Streams(town.seed).of("stock", body["id"])
    stock: list[Json] = [{"stock": int(units)} for units in chance.integers(8, 60, 2)]
    if ware.nightly:
        stock = [{"dates": {day: int(chance.integers(1, 6)) for day in _dates(town.until)}}]
    sizes = [("one", "", ware.yuan)]
    if ware.larger:
        sizes = [("small", "小份", ware.yuan), ("large", "大份", ware.larger)]
    variants = [
        {"id": size, "name": name, "price": _yuan(yuan), **stock[index]}
        for index, (size, name, yuan) in enumerate(sizes)
    ]
    return {
        "name": good,
        "text": _words(shop, ware),
        "tags": body["tags"],
        "channels": body["channels"],
        "language": body["language"],
        "media": media,
        "variants": variants,
        "fulfilment": list(ware.ways),
        "commission_share": 0.05,
        "voucher": {"count": ware.times, "valid_days": 90},
    }


def _words(shop: Shop, ware: Ware) -> str:
    if ware.ways == _DO:
        return f"{shop.name}：线上买好，来了出示券码就行。"
    if DELIVERY in ware.ways:
        return f"{shop.name}自家的东西，到店拿，或者送到十公里以内。"
    return f"{shop.name}现做现卖，买好再来不用等。"


def _dates(until: Instant) -> list[str]:
    first = datetime.fromtimestamp(until / SECOND_MICROS, UTC).date()
    return [str(first + timedelta(days=day)) for day in range(_ROOM_DAYS)]


def _yuan(amount: float) -> Json:
    return {"micros": round(amount * MICROS_IN_ONE), "currency": "CNY"}
