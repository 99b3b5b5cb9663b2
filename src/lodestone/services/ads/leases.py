"""Leases of campaigns in the ledger: money set aside before it may be spent, charges posted by stretches of the log.

The ledger moves first and the log says after what a campaign may spend, where that is more; where it is less the log says
it first. So at no moment may a campaign spend what is not set aside, wherever the process ends. A transfer's id follows
from the campaign and where its stretch begins: asked for again it stands already.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.ads.leases import LeaseState, give_back, next_piece
from lodestone.base.clock import HOUR_MICROS, MINUTE_MICROS, Instant
from lodestone.base.errors import InternalError
from lodestone.base.money import Micros
from lodestone.events.ad_facts import NO_LIMIT, Limit, limit_fact
from lodestone.features.view import StateView
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind, Code, advertiser, campaign
from lodestone.ledger.transfers import Outcome, Transfer, transfer_id
from lodestone.services.ads.charges import BudgetWriter
from lodestone.services.ads.lease_book import CODES, CampaignLease, external_of, leases_in, note
from lodestone.services.ingest.system_facts import fact_key
from lodestone.services.ledger.posting import Money
from lodestone.stores.ledger.port import TransferFilter
from lodestone.stores.ledger.walk import every_transfer

PERIOD: Final = HOUR_MICROS
"""How often charges are posted."""
DRY: Final = MINUTE_MICROS
"""How long an advertiser without money is not asked for more, unless money comes in meanwhile."""
_ALL: Final = 2**62


@dataclass(frozen=True, slots=True)
class Payer:
    """A campaign, and who pays for it."""

    number: int
    """As facts name it."""
    campaign_id: str
    advertiser_id: str
    largest: Micros
    """The most that one slot may cost."""
    ended: bool = False
    """Nothing of it will be served any more."""


class Leases:
    """The leases of one community. Called on the event loop's thread only."""

    def __init__(
        self,
        money: Money,
        state: StateView,
        writer: BudgetWriter,
        payers: Callable[[], Sequence[Payer]],
    ) -> None:
        self._money, self._state, self._writer = money, state, writer
        self._payers = payers
        self._known: dict[int, CampaignLease] | None = None
        """What stands in the ledger; None where it must be read."""
        self._posted: Instant | None = None
        self._dry: dict[str, Instant] = {}
        """When an advertiser without money is asked again."""
        self._deposits = 0

    def paid_in(self, advertiser_id: str) -> None:
        """Ask an advertiser without money at the next `work`: there is some now."""
        self._dry.pop(advertiser_id, None)
        self._deposits += 1

    async def work(self) -> None:
        """Set aside what running campaigns need, give back what ended ones have left, post what is due.

        Raises:
            UnavailableError: Ledger or log do not answer; the next call makes it good.
            InternalError: The ledger refused what the log says; it is read anew at the next call.
        """
        payers = self._payers()
        if not payers:
            return
        now = self._money.now()
        await self._each(payers, self._lease)
        if self._posted is None or now - self._posted >= PERIOD:
            await self.post()
            self._posted = now

    async def post(self) -> None:
        """Post every charge and refund that the log holds and the ledger does not. Raises as `work`."""
        await self._each(self._payers(), self._post)

    async def _each(
        self, payers: Sequence[Payer], act: Callable[[Payer, CampaignLease], Awaitable[None]]
    ) -> None:
        """Do something for every campaign; what the ledger refuses one keeps none of the others from it."""
        refused: list[InternalError] = []
        for payer in payers:
            try:
                known = await self._read()
                await act(payer, known.setdefault(payer.number, CampaignLease()))
            except InternalError as error:
                refused.append(error)
                self._known = None
            except BaseException:
                self._known = None
                raise
        if refused:
            raise refused[0]

    async def _post(self, payer: Payer, lease: CampaignLease) -> None:
        budget, upto = self._state.budgets.budget(payer.number), self._state.offset
        charges, refunds = budget.used.spent - lease.charged, budget.refunded - lease.refunded
        for code, amount, first in (
            (Code.AD_CHARGES, charges, lease.charges_upto),
            (Code.AD_REFUND, refunds, lease.refunds_upto),
        ):
            if amount:
                await self._post_one(payer, lease, code, amount, (first, upto))

    async def _post_one(
        self, payer: Payer, lease: CampaignLease, code: Code, amount: int, stretch: tuple[int, int]
    ) -> None:
        set_aside, balance = self._accounts(payer)
        revenue = self._money.account(AccountKind.AD_REVENUE)
        debit, credit = (set_aside, revenue) if code is Code.AD_CHARGES else (revenue, balance)
        first, last = stretch
        name = transfer_id(code.name, payer.number, first)
        external = external_of(payer.number, first, last)
        transfer = Transfer(name, debit.id, credit.id, Micros(amount), code, external=external)
        await self._book(transfer, [debit, credit], lease, last)

    async def _lease(self, payer: Payer, lease: CampaignLease) -> None:
        allowed = self._state.budgets.budget(payer.number).limits[Limit.LEASE]
        state = self._lease_state(payer, lease, _ALL)
        if payer.ended:
            await self._give_back(payer, lease, give_back(state))
            return
        if (
            next_piece(state)
            and self._dry.get(payer.advertiser_id, Instant(0)) <= self._money.now()
        ):
            deposits = self._deposits
            balance = await self._balance(payer)
            piece = next_piece(self._lease_state(payer, lease, balance))
            is_dry = not piece or not await self._set_aside(payer, lease, piece)
            if is_dry and deposits == self._deposits:  # else the balance may be another by now
                self._dry[payer.advertiser_id] = Instant(self._money.now() + DRY)
        if lease.net > allowed:
            await self._say(payer, lease.net)

    def _lease_state(self, payer: Payer, lease: CampaignLease, balance: int) -> LeaseState:
        day = self._money.today()
        budget = self._state.budgets.budget(payer.number)
        left = [budget.left_of(limit, day) for limit in (Limit.LIFETIME, Limit.DAILY)]
        daily, lifetime = budget.limits[Limit.DAILY], budget.limits[Limit.LIFETIME]
        return LeaseState(
            leased=lease.net, used=budget.used.total, left_today=min(left),
            a_day=max(0, lifetime) if daily == NO_LIMIT else daily,
            largest=payer.largest, balance=balance,
        )  # fmt: skip

    async def _set_aside(self, payer: Payer, lease: CampaignLease, piece: Micros) -> bool:
        """Set a piece aside; return False where an order of a creator's has been paid for with it meanwhile."""
        set_aside, balance = self._accounts(payer)
        name = transfer_id("ad lease", payer.number, lease.leased)
        transfer = Transfer(
            name, balance.id, set_aside.id, piece, Code.AD_LEASE, external=external_of(payer.number)
        )
        (outcome,) = await self._money.post([transfer], opening=[balance, set_aside])
        if outcome is Outcome.EXCEEDS_CREDITS:
            return False
        _taken(transfer, outcome, lease, 0)
        return True

    async def _give_back(self, payer: Payer, lease: CampaignLease, amount: Micros) -> None:
        budgets = self._state.budgets
        if not amount:
            return
        budgets.lower(payer.number, Limit.LEASE, lease.net - amount)
        await self._say(payer, lease.net - amount)
        set_aside, balance = self._accounts(payer)
        name = transfer_id("ad lease back", payer.number, lease.leased, lease.back)
        transfer = Transfer(
            name, set_aside.id, balance.id, amount, Code.AD_LEASE_BACK,
            external=external_of(payer.number),
        )  # fmt: skip
        await self._book(transfer, [set_aside, balance], lease, 0)

    async def _say(self, payer: Payer, most: int) -> None:
        now = self._money.now()
        key = fact_key("lease", payer.number, most, self._state.offset)
        await self._writer.write_budgets(
            limit_fact(payer.number, Limit.LEASE, most, key, now, self._money.today())
        )

    async def _book(
        self, transfer: Transfer, opening: Sequence[Account], lease: CampaignLease, upto: int
    ) -> None:
        (outcome,) = await self._money.post([transfer], opening=opening)
        _taken(transfer, outcome, lease, upto)

    async def _balance(self, payer: Payer) -> int:
        _, balance = self._accounts(payer)
        store = self._money.store
        account = await store.threads.read(store.account, self._money.community, balance.id)
        return 0 if account is None else account.balance

    def _accounts(self, payer: Payer) -> tuple[Account, Account]:
        """Return the campaign's lease and its advertiser's balance."""
        return (
            self._money.account(AccountKind.CAMPAIGN_LEASE, campaign(payer.campaign_id)),
            self._money.account(AccountKind.ADVERTISER_BALANCE, advertiser(payer.advertiser_id)),
        )

    async def _read(self) -> dict[int, CampaignLease]:
        if self._known is None:
            self._known = await self._money.store.threads.long(self._leases)
        return self._known

    def _leases(self) -> dict[int, CampaignLease]:
        money = self._money
        transfers = [
            booked
            for code in CODES
            for booked in every_transfer(money.store, money.community, TransferFilter(code=code))
        ]
        return leases_in(sorted(transfers, key=lambda booked: booked.sequence))


def _taken(transfer: Transfer, outcome: Outcome, lease: CampaignLease, upto: int) -> None:
    """Note a transfer that stands. Raises InternalError where the ledger refused it."""
    if not outcome.stands:
        message = f"{transfer.external}: the ledger says {outcome.name.lower()}"
        raise InternalError("internal", message)
    note(lease, transfer.code, transfer.amount, upto)
