"""Everything that one commit of trade reads and writes, a repository for each kind of thing.

A service opens a unit of work, serves any number of requests with it one after another, and closes it: orders,
stock, vouchers, money, and what the log must hear are then one commit, or nothing is. What was read
once is kept, and what was changed is written at the end, many rows in one statement.
"""

from collections.abc import Callable, Sequence

from lodestone.base.clock import Instant
from lodestone.ledger.accounts import Account
from lodestone.ledger.transfers import Outcome, Transfer
from lodestone.stores.commerce.order_repository import OrderRepository
from lodestone.stores.commerce.outgoing import AnswerRepository, DeedRepository
from lodestone.stores.commerce.party_repository import PartyRepository
from lodestone.stores.commerce.payment_repository import PaymentRepository
from lodestone.stores.commerce.queries import ShopReader
from lodestone.stores.commerce.short_code_repository import ShortCodeRepository
from lodestone.stores.commerce.stock_repository import SaleUnits, StockRepository
from lodestone.stores.commerce.voucher_repository import RedemptionRepository, VoucherRepository
from lodestone.stores.ledger.post import post_in
from lodestone.stores.ledger.rows import ACCOUNT_COLUMNS, account_of
from lodestone.stores.ledger.schema import ACCOUNTS
from lodestone.stores.records.types import Change
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import Values


class LedgerPart:
    """Money moved in the same commit."""

    def __init__(self, work: Work, now: Instant) -> None:
        self._work = work
        self._now = now

    def post(
        self, transfers: Sequence[Transfer], opening: Sequence[Account], today: int
    ) -> list[Outcome]:
        """Post transfers in this commit; see `stores.ledger.post.post_in`."""
        return post_in(self._work, transfers, opening=opening, now=self._now, today=today)

    def account(self, account: Account) -> Account:
        """Return how an account stands; one that is not there has moved nothing."""
        row = self._work.first(
            self._work.select(ACCOUNTS, *ACCOUNT_COLUMNS).where(ACCOUNTS.c.id == account.id)
        )
        return account if row is None else account_of(row)


class TradeUnitOfWork:
    """One commit of trade in one community. See the module."""

    def __init__(self, work: Work, random: Callable[[int], bytes], now: Instant) -> None:
        self._work = work
        self._random = random
        self.now = now
        self.shops = ShopReader(work)
        self.parties = PartyRepository(work)
        self.stock = StockRepository(work)
        self.sale_units = SaleUnits(work)
        self.payments = PaymentRepository(work)
        self.orders = OrderRepository(work, self.parties, self.payments, now)
        self.vouchers = VoucherRepository(work, now)
        self.short_codes = ShortCodeRepository(work)
        self.redemptions = RedemptionRepository(work)
        self.ledger = LedgerPart(work, now)
        self.deeds = DeedRepository(work)
        self.answers = AnswerRepository(work, now)

    @property
    def changes(self) -> list[Change]:
        """Return what the log must hear of, once this commit is durable."""
        return self._work.changes

    def chance(self, size: int) -> bytes:
        """Return random bytes that nobody can guess."""
        return self._random(size)

    def audit(self, kind: str, name: str, before: Values | None, after: Values | None) -> None:
        """Note a change for the audit log; see `Work.audit`."""
        self._work.audit(kind, name, before, after)

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        for part in (
            self.orders,
            self.deeds,
            self.answers,
            self.stock,
            self.vouchers,
            self.sale_units,
            self.parties,
            self.payments,
        ):
            part.flush()
