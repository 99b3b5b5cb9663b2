"""What is held about one person: gathered whole for them, or erased from every file."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.wire import Position, TimeText, time_text
from lodestone.commerce.order import OrderOut, VoucherOut
from lodestone.commerce.payment import PaymentOut
from lodestone.content import Community, ItemOut
from lodestone.content.item import media_names
from lodestone.content.review import OwnReviewOut
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.report_reasons import reason_word
from lodestone.people import PersonOut
from lodestone.services.ads.personal import HeldAdvertising, held_advertising
from lodestone.services.ads.presenters import SpentOf
from lodestone.services.catalogue.catalogue import Catalogue
from lodestone.services.catalogue.reviews import decided_of
from lodestone.services.comments.presenters import (
    HeldComment,
    HeldCommentLike,
    HeldCommentReport,
    held_comment,
    held_like,
    held_report,
)
from lodestone.services.commerce.payments import payment_out
from lodestone.services.commerce.presenters import order_out, voucher_out
from lodestone.services.creators.personal import HeldOrders, held_orders
from lodestone.services.support.encryption import Sealer
from lodestone.services.support.ids import receipt_id
from lodestone.services.support.ports import Clock, DirectoryView
from lodestone.services.support.record_writes import Writes
from lodestone.stores.commerce.types import PaymentFilter
from lodestone.stores.log.port import Log, Offset
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change, ItemRecord, PersonRecord
from lodestone.traffic.codec import decode_who

_PAGE: Final = 1_000
_ABOUT_PEOPLE: Final = frozenset(
    {
        FactKind.FOLLOW,
        FactKind.UNFOLLOW,
        FactKind.BLOCK,
        FactKind.UNBLOCK,
        FactKind.MUTE,
        FactKind.UNMUTE,
        FactKind.HIDE_ADS,
        FactKind.SHOW_ADS,
        FactKind.PROFILE_VISIT,
    }
)
_ABOUT_DOMAINS: Final = frozenset({FactKind.JOIN, FactKind.LEAVE})


class MediaStore(Protocol):
    """What erasing needs of the media store."""

    def drop(self, name: str) -> None:
        """Remove what is served under a name; nothing there is no trouble."""
        ...


_ALL: Final = 1_000_000


class HeldFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, what was sealed opened again."""

    type: str
    time: TimeText
    item_id: str | None
    author_id: str | None
    domain_id: str | None
    surface: str | None
    receipt_id: str | None
    slot: int | None
    seconds: float
    reason: str | None
    """Why a post was reported, where it was said."""
    query: str | None
    position: Position | None


class HeldPosition(msgspec.Struct, frozen=True):
    """Where a feed was asked for."""

    receipt_id: str
    position: Position


class HeldSave(msgspec.Struct, frozen=True):
    """A post that they saved."""

    item_id: str
    time: TimeText


class PersonExport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything held about a person."""

    person: PersonOut
    follows: list[str]
    blocks: list[str]
    mutes: list[str]
    hidden_ads: list[str]
    """Of whom they want no ads."""
    domains: list[str]
    """Which they are a member of."""
    moderates: list[str]
    removed_from: list[str]
    """Domains that they may not come back to."""
    items: list[ItemOut]
    """What they posted, drafts and withdrawn ones too."""
    facts: list[HeldFact]
    receipts: list[str]
    positions: list[HeldPosition]
    orders: list[OrderOut]
    payments: list[PaymentOut]
    """What was asked of providers for their orders."""
    vouchers: list[VoucherOut]
    shops: list[str]
    """Which they own."""
    reviews: list[OwnReviewOut]
    """What moderators decided of their posts after reports."""
    rooms: list[str]
    """Live rooms that they opened, ended ones too; their words are among the items."""
    comments: list[HeldComment]
    comment_likes: list[HeldCommentLike]
    comment_reports: list[HeldCommentReport]
    saved: list[HeldSave]
    advertising: HeldAdvertising
    creating: HeldOrders


@dataclass(frozen=True, slots=True)
class _Held:
    """What log and receipts hold of one ordinal."""

    facts: list[tuple[Facts, bytes | None]]
    receipts: list[tuple[int, bytes]]


class PersonalExport:
    """Gathers whatever one community holds about a person."""

    def __init__(  # noqa: PLR0913, PLR0917  whatever holds something of a person
        self,
        community: Community,
        clock: Clock,
        records: Records,
        log: Log,
        directory: DirectoryView,
        sealer: Sealer,
        catalogue: Catalogue,
        spent_of: SpentOf,
    ) -> None:
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._log, self._directory = records, log, directory
        self._sealer, self._catalogue, self._spent_of = sealer, catalogue, spent_of

    async def export(self, person_id: str) -> PersonExport:
        """Gather everything held about a person. Raises UnknownError."""
        catalogue = self._catalogue
        threads = self._records.threads
        record = await threads.read(self._records.person, self._id, person_id)
        edges = {
            what: catalogue.edges(person_id, what)
            for what in ("follows", "blocks", "mutes", "hidden_ads")
        }
        domains = catalogue.memberships(person_id)
        # The log may be long: it is read beside the serving thread.
        return await threads.long(self._gathered, record, edges, domains)

    def _gathered(
        self, record: PersonRecord, edges: Mapping[str, list[str]], domains: list[str]
    ) -> PersonExport:
        person_id, catalogue = record.id, self._catalogue
        row = self._directory.person_row(person_id)
        stored = self._held(record.ordinal)
        surfaces = {code: name for name, code in dict(self._directory.surfaces).items()}
        posted = list(pages(self._records, self._id, person_id))
        return PersonExport(
            person=catalogue.person(person_id),
            follows=edges["follows"],
            blocks=edges["blocks"],
            mutes=edges["mutes"],
            hidden_ads=edges["hidden_ads"],
            domains=domains,
            moderates=self._records.moderated(self._id, person_id),
            removed_from=self._records.removed_from(self._id, person_id),
            items=[catalogue.item(item.id) for item in posted],
            facts=[self._fact(fact, row, sealed, surfaces) for fact, sealed in stored.facts],
            receipts=[receipt_id(self._community.secret, number) for number, _ in stored.receipts],
            positions=list(self._positions(row, stored.receipts)),
            orders=self._orders(person_id),
            payments=self._payments(person_id),
            vouchers=self._vouchers(person_id),
            shops=[
                shop.id for shop in self._records.shops(self._id, limit=_ALL, owner_id=person_id)
            ],
            reviews=decided_of(self._records, self._community, person_id),
            rooms=self._records.rooms_of(self._id, person_id),
            comments=[
                held_comment(record) for record in self._records.comments_of(self._id, person_id)
            ],
            comment_likes=[
                held_like(like) for like in self._records.comment_likes_of(self._id, person_id)
            ],
            comment_reports=[
                held_report(report)
                for report in self._records.comment_reports(
                    self._id, limit=_ALL, reporter_id=person_id
                )
            ],
            saved=[
                HeldSave(saved_item.item_id, time_text(saved_item.time))
                for saved_item in self._records.saved_items(self._id, person_id, limit=_ALL)
            ],
            advertising=held_advertising(
                self._records, self._community, person_id, self._clock.now(), self._spent_of
            ),
            creating=held_orders(self._records, self._community, person_id),
        )

    def _held(self, ordinal: int) -> _Held:
        log = self._log
        facts: list[tuple[Facts, bytes | None]] = []
        after, end = Offset(0), log.end()
        while after < end:
            for batch in log.read(after):
                sealed = dict(batch.sealed)
                mine = (batch.facts["person"] == ordinal).nonzero()[0].tolist()
                facts.extend((batch.facts[at], sealed.get(at)) for at in mine)
                after = Offset(batch.first + batch.facts.size)
        receipts = []
        for parts in log.receipts(0, log.receipt_next()):
            whose, position = decode_who(parts.who) if parts.who else (-1, b"")
            if whose == ordinal:
                receipts.append((parts.sequence, position))
        return _Held(facts, receipts)

    def _orders(self, person_id: str) -> list[OrderOut]:
        community = self._community
        orders = self._records.orders(self._id, limit=_ALL, buyer_id=person_id)
        return [order_out(community, view) for view in orders]

    def _payments(self, person_id: str) -> list[PaymentOut]:
        community = self._community
        orders = self._records.orders(self._id, limit=_ALL, buyer_id=person_id)
        return [
            payment_out(community, payment)
            for view in orders
            for payment in self._records.payments(
                self._id, PaymentFilter(order=view.order.number), limit=_ALL
            )
        ]

    def _vouchers(self, person_id: str) -> list[VoucherOut]:
        community, now = self._community, self._clock.now()
        vouchers = self._records.vouchers(self._id, limit=_ALL, buyer_id=person_id)
        return [voucher_out(community, view, now, code=True) for view in vouchers]

    def _fact(
        self, fact: Facts, row: int, sealed: bytes | None, surfaces: dict[int, str]
    ) -> HeldFact:
        kind = FactKind(int(fact["kind"]))
        item, receipt, slot = int(fact["item"]), int(fact["receipt"]), int(fact["slot"])
        code = int(fact["target"] if kind in _ABOUT_DOMAINS else fact["domain"])
        query, position = self._opened(row, sealed)
        return HeldFact(
            type=kind.name.lower(),
            time=time_text(Instant(int(fact["time"]))),
            item_id=self._directory.item_id(item) if item >= 0 else None,
            author_id=self._name(int(fact["target"])) if kind in _ABOUT_PEOPLE else None,
            domain_id=self._directory.domain_id(code) if code >= 0 else None,
            surface=surfaces.get(int(fact["surface"])) if kind < FactKind.BLOCK else None,
            receipt_id=receipt_id(self._community.secret, receipt) if receipt >= 0 else None,
            slot=slot or None,
            seconds=0.0 if kind == FactKind.REFUND else max(0, int(fact["value"])) / 1000,
            reason=reason_word(fact),
            query=query,
            position=position,
        )

    def _name(self, ordinal: int) -> str | None:
        row = self._directory.row_of_ordinal(ordinal)
        return None if row < 0 else self._directory.person_ids[row]

    def _opened(self, row: int, sealed: bytes | None) -> tuple[str | None, Position | None]:
        opened = self._sealer.open(row, sealed) if sealed else None
        if opened is None:
            return None, None
        query, place = msgspec.msgpack.decode(opened)
        return query, None if place is None else Position(*place)

    def _positions(self, row: int, receipts: list[tuple[int, bytes]]) -> Iterator[HeldPosition]:
        for number, sealed in receipts:
            where = self._sealer.open_position(row, sealed)
            if where is not None:
                yield HeldPosition(receipt_id(self._community.secret, number), where)


class Erasure:
    """Erases people of one community."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        erased: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what erasing needs; `erased` lets nothing older than an erasure stay on disk outside the log."""
        self._id, self._clock = community.id, clock
        self._records, self._writes, self._erased = records, writes, erased

    async def erase(self, person_id: str, media: MediaStore) -> None:
        """Erase a person from records, media, log, receipts, state and snapshots. Raises UnknownError.

        The pictures go first: should that be cut short, the person still stands and is erased again.
        """
        now = self._clock.now()

        def write() -> list[Change]:
            person = self._records.person(self._id, person_id)
            drop_media(self._records, self._id, person, media)
            return self._records.erase_person(self._id, person_id, now=now)

        async def then(_: list[Change]) -> None:
            await self._erased()

        await self._writes.do(write, lambda changes: changes, then)


def drop_media(records: Records, community: str, person: PersonRecord, media: MediaStore) -> None:
    """Remove the media that a person's posts show or ever showed, but for what others' items show too."""
    mine = set(records.media_replaced(community, person.ordinal))
    for item in pages(records, community, person.id):
        mine |= media_names(item.given)
    if not mine:
        return
    for item in pages(records, community, None):
        if item.owner != person.ordinal:
            mine -= media_names(item.given)
        if not mine:
            return
    for name in mine:
        media.drop(name)


def pages(records: Records, community: str, author_id: str | None) -> Iterator[ItemRecord]:
    """Yield every item, of one author if given, page by page."""
    after: str | None = None
    while True:
        items = records.items(community, limit=_PAGE, after=after, author_id=author_id)
        yield from items
        if len(items) < _PAGE:
            return
        after = items[-1].id
