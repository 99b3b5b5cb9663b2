"""Everything that one database holds, of every subject. Every adapter passes `tests/contract`."""

from typing import Protocol

from lodestone.stores.ads.port import AdRecords
from lodestone.stores.comments.port import CommentRecords, CommentReports
from lodestone.stores.commerce.port import TradeRecords
from lodestone.stores.creators.port import CreatorRecords
from lodestone.stores.files.pins import Pinned
from lodestone.stores.ledger.port import LedgerStore
from lodestone.stores.live.port import LiveRecords, WebhookRecords
from lodestone.stores.payees.port import PayeeRecords
from lodestone.stores.records.access_port import AccessRecords
from lodestone.stores.records.audit_port import AuditRecords
from lodestone.stores.records.marks_port import MarkRecords
from lodestone.stores.records.moderation_port import Moderation
from lodestone.stores.records.port import (
    AnswerPort,
    CommunityPort,
    DomainPort,
    ItemPort,
    OutboxPort,
    PeoplePort,
    PolicyPort,
    TermPort,
)
from lodestone.stores.records.reviews_port import ReviewRecords
from lodestone.stores.records.search_port import SearchRecords
from lodestone.stores.saves.port import SavedRecords


class Records(
    CommunityPort,
    PeoplePort,
    ItemPort,
    DomainPort,
    TermPort,
    PolicyPort,
    AnswerPort,
    OutboxPort,
    LedgerStore,
    TradeRecords,
    LiveRecords,
    WebhookRecords,
    AccessRecords,
    AuditRecords,
    MarkRecords,
    Moderation,
    CommentRecords,
    CommentReports,
    ReviewRecords,
    SearchRecords,
    SavedRecords,
    PayeeRecords,
    AdRecords,
    CreatorRecords,
    Protocol,
):
    """Every community's records. Safe for threads; a call that raises has changed nothing.

    Whatever belongs to a community takes its id first and cannot touch another's. All of them
    raise UnknownError `community_unknown` when there is no such community, InvalidError when the
    input breaks a rule (`id_invalid`: an id or cursor that can be none), and UnavailableError when the store does not
    answer. `now` is the community's clock.

    No call may be made on the event loop of a process that serves: it is made by `threads`.
    """

    def pin(self) -> Pinned:
        """Hold this instant still to be copied into a SQLite file, while others go on reading and writing."""
        ...

    def compact(self) -> None:
        """Rewrite the files so that what was deleted is not in them; nightly, writers wait.

        Tags, professions and channels that only erased people used are forgotten first.
        """
        ...

    def close(self) -> None:
        """Let go of every connection; further calls raise UnavailableError."""
        ...
