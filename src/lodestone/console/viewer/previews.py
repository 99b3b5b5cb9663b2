"""What a link shows where it is passed on: title, words and picture of a post, a shop, a product or a person.

Whoever fetches a preview has no session, so only what everybody may see is told: nothing that is not public, nothing by
or of a child, and nobody's position. Everything here asks the records: it is called in a thread of theirs.
"""

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import category

import msgspec

from lodestone.base.errors import UnknownError
from lodestone.console.reader import categories_of, name_of, text_of, words_of
from lodestone.console.viewer.storefront import picture_of
from lodestone.content.item import Media
from lodestone.features.layout import LABELS, STATES
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

_TITLE_MAX: Final = 70
_TEXT_MAX: Final = 200
_SVG: Final = "image/svg+xml"
_DRAWING: Final = re.compile(r"/media/([0-9a-z]+)\.svg")
"""Where a drawing in our own media folder is served."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a page's head of the thing that its address names."""

    title: str
    text: str
    image: str | None
    """Where its picture is served, as its app wrote it; None where there is none that everybody can draw."""
    kind: str
    """As Open Graph calls it: `article`, `product`, `profile`, `website`."""


def preview_of(engine: Engine, room: str, name: str) -> Preview | None:
    """Return the preview of what an address names, None where nothing may be told.

    Args:
        engine: Of a community whose previews are allowed.
        room: The address's first word: `p`, `live`, `product`, `shop`, `person`.
        name: The id behind it.
    """
    makers = {"p": _post, "live": _post, "product": _product, "shop": _shop, "person": _person}
    maker = makers.get(room)
    if maker is None:
        return None
    try:
        return maker(engine, name)
    except UnknownError:
        return None


def _post(engine: Engine, item_id: str) -> Preview | None:
    if not _public(engine, item_id):
        return None
    stored = use_cases.stored(engine)
    item = stored.item(item_id)
    author = None if item.author_id is None else stored.find_person(item.author_id)
    if author is not None and author.given.minor:
        return None
    text, name = words_of(item.given).text, "" if author is None else name_of(author.given)
    title = f"{name}: {text}" if name and text else name or text
    return Preview(
        title=_cut(title, _TITLE_MAX), text=_cut(text, _TEXT_MAX), kind="article",
        image=_drawable(item.given.media),
    )  # fmt: skip


def _product(engine: Engine, product_id: str) -> Preview | None:
    product = use_cases.shops(engine).product(product_id)
    if product.state != "live" or not _public(engine, product_id):
        return None
    shop = use_cases.shops(engine).shop(product.shop_id)
    if shop.review != "approved":
        return None
    return Preview(
        title=_cut(f"{name_of(product)} · {name_of(shop)}", _TITLE_MAX), text=_cut(text_of(product), _TEXT_MAX),
        kind="product", image=_drawable(product.media),
    )  # fmt: skip


def _shop(engine: Engine, shop_id: str) -> Preview | None:
    shops = use_cases.shops(engine)
    shop = shops.shop(shop_id)
    if shop.review != "approved" or shop.status == "closed":
        return None
    goods = shops.shelf(1, None, shop_id).products
    pictures = [
        *shop.media,
        *(picture for good in goods if (picture := picture_of(good)) is not None),
    ]
    return Preview(
        title=_cut(name_of(shop), _TITLE_MAX), text=_cut(text_of(shop) or " · ".join(categories_of(shop)), _TEXT_MAX),
        kind="website", image=_drawable(pictures),
    )  # fmt: skip


def _person(engine: Engine, person_id: str) -> Preview | None:
    given = use_cases.stored(engine).person(person_id).given
    if given.minor or not given.name:
        return None
    return Preview(title=_cut(name_of(given), _TITLE_MAX), text="", kind="profile", image=None)


def _public(engine: Engine, item_id: str) -> bool:
    row = engine.directory.item_row(item_id)
    if not 0 <= row < engine.state.item_count:
        return False
    item = engine.state.items[row]
    return STATES[item["state"]] == "live" and LABELS[item["label"]] != "drop"


def _drawable(media: Iterable[Media]) -> str | None:
    """Return where the first picture is served as one that previews can draw; few draw SVG.

    A drawing that lies with us is served as a raster picture; any other is passed over.
    """
    return next((url for medium in media if (url := _raster(medium)) is not None), None)


def _raster(medium: Media) -> str | None:
    if not medium.type.startswith("image/"):
        return None
    if medium.type != _SVG:
        return medium.url
    drawing = _DRAWING.fullmatch(medium.url)
    return None if drawing is None else f"/preview/{drawing[1]}.png"


def _line(text: str) -> str:
    r"""Return a text as one line: what ends without a mark is set apart from what follows.

    >>> _line("Sour soup \n\nfresh today!\ncome by")
    'Sour soup · fresh today! come by'
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    whole = ""
    for line in filter(None, lines):
        whole += ("" if not whole else " " if category(whole[-1])[0] in "PS" else " · ") + line
    return whole


def _cut(text: str, most: int) -> str:
    line = _line(text)
    return line if len(line) <= most else line[: most - 1] + "…"
