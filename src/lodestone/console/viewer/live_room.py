"""A live room's page: whose it is, whether it is on, and what is sold in it.

Everything here asks the records: it is called in a thread of theirs.
"""

from typing import Final

import msgspec

from lodestone.base.errors import UnknownError
from lodestone.base.wire import TimeText
from lodestone.commerce.live import RoomOut, RoomState
from lodestone.console.reader import name_of, text_of, title_of, words_of
from lodestone.console.viewer.storefront import Good, Storefront
from lodestone.content.item import Media
from lodestone.features.layout import LABELS
from lodestone.services import use_cases
from lodestone.services.catalogue import ItemRecord
from lodestone.services.community.community import Engine

_GOODS_MAX: Final = 50
_TITLE_MAX: Final = 80


class RoomSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A live room as its page shows it."""

    id: str
    title: str
    text: str
    state: RoomState
    """`draft` has not begun, `live` is on, `ended` is over for good."""
    host_id: str | None
    """None once the owner has been erased."""
    host_name: str | None
    media: tuple[Media, ...]
    viewers: int
    """Players connected now, as the streaming server says; 0 where it says nothing."""
    started_at: TimeText | None
    ended_at: TimeText | None
    goods: list[Good]
    """Pinned in it and for sale, the first on top."""


def room_sheet(engine: Engine, room_id: str, front: Storefront) -> RoomSheet:
    """Return what a room's page shows; of a live post without a room, the post.

    Raises:
        UnknownError: `room_unknown`: there is none, or it may not be shown.
    """
    row = engine.directory.item_row(room_id)
    if row >= 0 and LABELS[engine.state.items[row]["label"]] == "drop":
        raise _unknown()
    try:
        room = engine.live.room(room_id)
    except UnknownError:
        return _post_sheet(engine, room_id)
    return _sheet(engine, room, front)


def _sheet(engine: Engine, room: RoomOut, front: Storefront) -> RoomSheet:
    if room.owner_id is None:
        raise _unknown()
    return RoomSheet(
        id=room.id, title=title_of(room), text=text_of(room), state=room.state,
        host_id=room.owner_id, host_name=_host(engine, room.owner_id), media=room.media, viewers=room.viewers,
        started_at=room.started_at, ended_at=room.ended_at, goods=front.goods(room.products[:_GOODS_MAX]),
    )  # fmt: skip


def _post_sheet(engine: Engine, item_id: str) -> RoomSheet:
    """Show a post of kind `live` that an app wrote without a room: on while it is live, else over."""
    item = use_cases.stored(engine).find_item(item_id)
    if item is None or item.erased or item.given.kind != "live" or item.given.state == "draft":
        raise _unknown()
    title, _, text = words_of(item.given).text.partition("\n")
    return RoomSheet(
        id=item.id, title=title[:_TITLE_MAX], text=text, state=_state(item), host_id=item.author_id,
        host_name=None if item.author_id is None else _host(engine, item.author_id), media=item.given.media,
        viewers=0, started_at=None, ended_at=None, goods=[],
    )  # fmt: skip


def _state(item: ItemRecord) -> RoomState:
    return "live" if item.given.state == "live" else "ended"


def _host(engine: Engine, owner_id: str) -> str:
    host = use_cases.stored(engine).find_person(owner_id)
    return owner_id if host is None else name_of(host.given) or host.id


def _unknown() -> UnknownError:
    return UnknownError("room_unknown", "this live room is not here, or not any more")
