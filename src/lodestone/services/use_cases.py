"""Use cases of one community, each handed the ports and values it takes: the one place that knows what needs what.

They keep nothing between calls, so one is made for each request.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lodestone.base.clock import Instant
from lodestone.features.postings import LIST_LIVE
from lodestone.models.rates import RatesModel
from lodestone.services.access import Principal
from lodestone.services.access.audit_log import AuditLog
from lodestone.services.access.keys import CommunityKeys
from lodestone.services.audit.commerce import ALL_CHECKS
from lodestone.services.audit.ledger import AuditOut, audit
from lodestone.services.browse.event_list import EventList
from lodestone.services.browse.feedback_history import FeedbackHistory
from lodestone.services.browse.lists import Lists
from lodestone.services.browse.saved import SavedPosts
from lodestone.services.browse.search import Search
from lodestone.services.catalogue.catalogue import Catalogue
from lodestone.services.catalogue.media import KeptMedia, MediaFiles
from lodestone.services.catalogue.moderation import Moderators
from lodestone.services.catalogue.privacy import Erasure, PersonalExport
from lodestone.services.catalogue.reviews import Reviews
from lodestone.services.catalogue.stored import StoredRecords
from lodestone.services.comments.comments import Comments
from lodestone.services.comments.threads import Threads
from lodestone.services.commerce.commands import Trade
from lodestone.services.commerce.customers import Customers
from lodestone.services.commerce.desk_edits import DeskEdits
from lodestone.services.commerce.order_lists import OrderLists
from lodestone.services.commerce.shops import Shops
from lodestone.services.commerce.stock import ShopStock
from lodestone.services.community.community import Engine
from lodestone.services.community.registry import Engines
from lodestone.services.learning.item_lists import ItemListsOut
from lodestone.services.learning.predictor import put_predictor as keep_predictor
from lodestone.services.operations.backup import BackupOut, MediaSource, backup
from lodestone.services.operations.health import Health, health_of, last_backup
from lodestone.services.operations.import_marks import ImportMarks
from lodestone.services.operations.verification import VerifyOut
from lodestone.services.operations.verification import verify as walk_chain
from lodestone.services.policy.dry_run import DryRun
from lodestone.services.policy.history import PolicyHistory
from lodestone.services.policy.policies import Policies
from lodestone.services.receipts.explain import Explainer
from lodestone.services.receipts.receipts import Receipts
from lodestone.services.receipts.trace import Trace
from lodestone.services.receipts.versions import Versions
from lodestone.services.receipts.viewings import Viewings
from lodestone.services.support import DatabaseThreads
from lodestone.services.webhooks.deliveries import Hooks
from lodestone.traffic.policy import Policy


def versions(engine: Engine) -> Versions:
    """Return the policies and prices that receipts name."""
    return Versions(engine.community, engine.parts.records, engine.log, engine.housekeeper, engine)


def receipts(engine: Engine) -> Receipts:
    """Return what lists, shows and replays receipts."""
    return Receipts(
        engine.community, engine.log, engine.directory, versions(engine), engine.parts.kernels
    )


def explainer(engine: Engine) -> Explainer:
    """Return what says why a slot holds what it holds."""
    return Explainer(
        engine.community, engine.parts.records, receipts(engine), engine.value_terms, engine.state,
        engine.directory, engine.parts.kernels,
    )  # fmt: skip


def viewings(engine: Engine) -> Viewings:
    """Return what looks through the newest decisions for a person or an item."""
    return Viewings(engine.community, engine.log, engine.directory)


def newest_live(engine: Engine, most: int) -> list[int]:
    """Return the rows of items of kind `live`, the newest first, `most` of them at most."""
    rows: list[int] = engine.parts.postings.newest([LIST_LIVE], 0, most).tolist()
    return rows


def search(engine: Engine) -> Search:
    """Return what searches people, posts, shops, orders and receipts."""
    community = engine.community.id, engine.secret
    return Search(engine.parts.records, engine.log, order_lists(engine.trade), community)


def trace(engine: Engine, item_id: str, viewer: str | None) -> Trace:
    """Begin the trace of an item. Raises as `Trace`."""
    return Trace(engine.state, engine.directory, engine.log, versions(engine), item_id, viewer)


def policies(engine: Engine) -> Policies:
    """Return the versions of the policy."""
    return Policies(engine.community, engine, engine.parts.records, engine.writes)


def policy_history(engine: Engine) -> PolicyHistory:
    """Return the versions of the policy with who put each into force, and why."""
    return PolicyHistory(engine.parts.records, engine.community.id)


def dry_run(engine: Engine, proposed: Policy) -> DryRun:
    """Begin a dry run of a proposal over the last day. Raises InvalidError as `DryRun`."""
    return DryRun(
        engine.state, engine.directory, engine.log, versions(engine), engine.parts.kernels,
        engine.now(), proposed,
    )  # fmt: skip


def catalogue(engine: Engine) -> Catalogue:
    """Return the people, items and domains."""
    return Catalogue(
        engine.community, engine, engine.parts.records, engine.writes, engine, engine.state,
        engine.directory,
    )  # fmt: skip


def export(engine: Engine) -> PersonalExport:
    """Return what gathers everything held about a person."""
    return PersonalExport(
        engine.community, engine, engine.parts.records, engine.log, engine.directory, engine.sealer,
        catalogue(engine), engine.billing.spent,
    )  # fmt: skip


def erasure(engine: Engine) -> Erasure:
    """Return what erases a person."""
    return Erasure(engine.community, engine, engine.parts.records, engine.writes, engine.erased)


def moderators(engine: Engine, who: Principal) -> Moderators:
    """Return the acts of moderators, for one person or app."""
    return Moderators(
        engine.community, engine.parts.records, engine.writes, engine, engine.state,
        engine.directory, who,
    )  # fmt: skip


def comments(engine: Engine) -> Comments:
    """Return what is done with comments."""
    return Comments(
        engine.community, engine, engine.parts.records, engine.writes, engine.accept, engine.state,
        engine.directory,
    )  # fmt: skip


def threads_below(engine: Engine) -> Threads:
    """Return the threads of comments below items."""
    return Threads(engine.community, engine, engine.parts.records, engine.state, engine.directory)


def reviews(engine: Engine) -> Reviews:
    """Return what people report, and what is decided of it."""

    async def gather() -> None:
        await engine.reports.follow(engine.state.offset)

    return Reviews(engine.community, engine, engine.parts.records, engine.writes, gather)


def events(engine: Engine) -> EventList:
    """Return what people did, as the log has it."""
    return EventList(engine.community, engine.log, engine.directory, engine.sealer)


def lists(engine: Engine) -> Lists:
    """Return the plain lists of live items."""
    return Lists(engine.state, engine.directory, engine.parts.index, engine.housekeeper)


def feedback(engine: Engine) -> FeedbackHistory:
    """Return what people did with items."""
    return FeedbackHistory(engine.log, engine.directory)


def saved(engine: Engine) -> SavedPosts:
    """Return what people have saved."""
    return SavedPosts(engine.community.id, engine.parts.records, engine)


def shops(engine: Engine) -> Shops:
    """Return the shops, their staff, products and sales."""
    return Shops(
        engine.community, engine, engine.parts.records, engine.writes, engine.directory,
        engine.billing.publisher.shop,
    )  # fmt: skip


def shop_stock(engine: Engine) -> ShopStock:
    """Return the stock of shops."""
    shop_written = engine.billing.publisher.shop
    return ShopStock(engine.community, engine, engine.parts.records, engine.writes, shop_written)


def customers(engine: Engine) -> Customers:
    """Return who buys at the shops."""
    return Customers(engine.community, engine, engine.parts.records)


def desk_edits(engine: Engine) -> DeskEdits:
    """Return what a shop's managers change at its desk."""
    shop_written = engine.billing.publisher.shop
    return DeskEdits(engine.community, engine, engine.parts.records, engine.writes, shop_written)


def order_lists(trade: Trade) -> OrderLists:
    """Return what reads orders, vouchers, redemptions and payments back."""
    return OrderLists(trade)


def threads(engine: Engine) -> DatabaseThreads:
    """Return the threads in which what asks the records is called."""
    return engine.parts.records.threads


def stored(engine: Engine) -> StoredRecords:
    """Return the people, items and domains as they were written."""
    return StoredRecords(engine.parts.records, engine.community.id)


def audit_log(engine: Engine) -> AuditLog:
    """Return who changed what."""
    return AuditLog(engine.parts.records, engine.community.id)


def keys(home: Engines) -> CommunityKeys:
    """Return the keys of every community."""
    return CommunityKeys(home.records, home.wall)


def health(engine: Engine, home: Engines) -> Health:
    """Say how a community stands."""
    return health_of(engine, home)


def newest_backup(engine: Engine) -> Callable[[], Instant | None]:
    """Return what asks the records when a back-up was last noted; it is called in a thread."""
    return partial(last_backup, engine.parts.records, engine.community.id)


def hooks(engine: Engine) -> Hooks:
    """Return the webhooks."""
    return Hooks(engine.parts.records, engine.community, engine.now, engine.parts.reach)


def media(engine: Engine, files: MediaFiles) -> KeptMedia:
    """Return what stores pictures and clips."""
    return KeptMedia(engine.parts.records, engine.community.id, files)


def imports(engine: Engine) -> ImportMarks:
    """Return how far imports have come."""
    return ImportMarks(engine.parts.records, engine.community.id)


def audit_of_books(engine: Engine) -> Callable[[], AuditOut]:
    """Return the audit of the ledger against orders and log; it takes long, and is called in a thread."""
    return partial(audit, engine.money, engine.parts.records, ALL_CHECKS, engine.log)


async def verify(engine: Engine, root: str | None, files: MediaFiles) -> VerifyOut:
    """Walk receipts, facts, records and media. Raises InvalidError for a `root` that is none."""
    return await walk_chain(engine.community, engine.log, engine.parts.records, root, files)


async def put_predictor(engine: Engine, model: RatesModel) -> None:
    """Predict by other weights from now on. Raises UnavailableError."""
    await keep_predictor(
        engine.community, engine.parts.records, engine.writes, engine.predict_by, model
    )


async def refresh_item_lists(engine: Engine) -> ItemListsOut:
    """Make item lists of the log as it stands, decide by them, and note who asked for it; raises as `ItemLists`."""
    made = await engine.item_lists.refresh()
    await audit_log(engine).note("item lists", str(made.version), {"refreshed": True})
    return made


async def back_up(home: Engines, folder: str, files: MediaSource | None) -> BackupOut:
    """Copy an installation into a fresh folder, and note who asked for it; raises as `backup`."""
    made = await backup(home, Path(folder), files)
    for engine in home.all():
        after: dict[str, object] = {"folder": folder, "media": files is not None}
        await audit_log(engine).note("backup", "", after)
    return made
