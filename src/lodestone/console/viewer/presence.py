"""Whether what an address names is there, as far as anybody may know without a session.

A draft and what was taken out by a label answer as what never was: nothing says that they exist. Everything here asks
the records: it is called in a thread of theirs.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from lodestone.base.errors import InvalidError, UnknownError
from lodestone.features.layout import LABELS, STATES
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

Presence = Literal[200, 404, 410]
"""A status: it is there, never was, was taken back or erased."""


def presence_of(engine: Engine, room: str, name: str) -> Presence:
    """Say whether what an address names is there.

    Args:
        engine: Of a community whose previews are allowed.
        room: The address's first word, such as `p` or `shop`; any other names no thing and is there.
        name: The id behind it.
    """
    looks = _LOOKS.get(room)
    if looks is None:
        return 200
    try:
        return looks(engine, name)
    except (UnknownError, InvalidError):
        return 404


def _post(engine: Engine, item_id: str) -> Presence:
    record, row = use_cases.stored(engine).item(item_id), engine.directory.item_row(item_id)
    if record.erased or record.given.state == "withdrawn":
        return 410
    if row < 0:
        return 404
    item = engine.state.items[row]
    return 200 if STATES[item["state"]] == "live" and LABELS[item["label"]] != "drop" else 404


def _person(engine: Engine, person_id: str) -> Presence:
    """An erased person's id is erased with them, so theirs is 404 too."""
    use_cases.stored(engine).person(person_id)
    return 200


def _shop(engine: Engine, shop_id: str) -> Presence:
    """A shop that nobody has approved is not there yet."""
    return 200 if use_cases.shops(engine).shop(shop_id).review == "approved" else 404


def _product(engine: Engine, product_id: str) -> Presence:
    product = use_cases.shops(engine).product(product_id)
    stands: Mapping[str, Presence] = {"live": 200, "withdrawn": 410}
    approved = _shop(engine, product.shop_id) == 200
    return stands.get(product.state, 404) if approved else 404


def _order(engine: Engine, order_id: str) -> Presence:
    use_cases.order_lists(engine.trade).order(order_id)
    return 200


def _room(engine: Engine, room_id: str) -> Presence:
    """Of a room, or of a live post that an app wrote without one."""
    try:
        return 200 if engine.live.room(room_id).owner_id else 410
    except UnknownError:
        item = use_cases.stored(engine).item(room_id)
        if item.erased:
            return 410
        return 200 if item.given.kind == "live" and item.given.state != "draft" else 404


_LOOKS: Final[Mapping[str, Callable[[Engine, str], Presence]]] = {
    "p": _post, "person": _person, "shop": _shop, "product": _product, "order": _order, "live": _room,
}  # fmt: skip
