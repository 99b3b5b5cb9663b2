"""Pay out what shops and creators have earned: once for each period, as a file and through a provider.

Ordering a payout moves the earnings into transit and holds the same amount of what the provider has; the provider's
word then posts or voids that hold. Whatever it says twice is done once.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from lodestone.base.errors import ConflictError, InvalidError, Problem
from lodestone.base.money import Micros, amount_text, minor_unit
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.chart import PAYABLE, AccountKind, Code, provider
from lodestone.ledger.payout_life import FINAL
from lodestone.ledger.payout_reasons import explanation
from lodestone.ledger.transfers import (
    Transfer,
    TransferKind,
    chain,
    transfer_id,
)
from lodestone.services.ledger.payout_results import (
    PayoutEndedError,
    PayoutResults,
    hold_of,
    payout_name,
)
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import day_number, day_text
from lodestone.services.support.shared_commit import is_silence, provider_silence
from lodestone.services.support.spreadsheet import table_file, text_cell
from lodestone.stores.external.payment_providers import (
    Instruction,
    PaymentProvider,
    PaymentState,
    Reply,
)
from lodestone.stores.ledger.port import Payout

PAYOUT: Final = "payout"
"""The job of paying out; its rows are payouts' ids, and `order DAY PROVIDER ACCOUNT` before there is one."""
_ORDER: Final = "order "
Ended = Callable[[str, Exception | None], None]
"""Is told of a row, and what it raised."""
COLUMNS: Final = ("payout_id", "party", "amount", "currency", "state", "reference")


def no_account(_party: str, _provider: str) -> None:
    """Return that nobody has an account at any provider."""


class Payouts:
    """The payouts of one community."""

    def __init__(
        self,
        money: Money,
        providers: Mapping[str, PaymentProvider],
        outside: Callable[[str], str] = str,
        accounts: Callable[[str, str], str | None] = no_account,
    ) -> None:
        """Keep what it is given.

        Args:
            money: The community's ledger.
            providers: Who pays, by name.
            outside: Turns the book's name of a party into the app's.
            accounts: Returns a party's account at a provider, by the names of both; None where they have none.
        """
        self._money = money
        self._results = PayoutResults(money)
        self._providers = providers
        self._outside = outside
        self._accounts = accounts

    def provider(self, name: str) -> PaymentProvider:
        """Return a provider by its name. Raises InvalidError naming those there are."""
        provider = self._providers.get(name)
        if provider is None:
            problem = Problem("provider", f"is one of {', '.join(sorted(self._providers))}")
            raise InvalidError("provider_unknown", f"provider {problem.problem}", (problem,))
        return provider

    async def pay(self, period: int, provider_name: str) -> list[Payout]:
        """Order and send the payouts of a period; see `order` and `send`."""
        ended: list[tuple[str, Exception | None]] = []
        await self._money.store.threads.long(
            self.order, period, provider_name, lambda row, error: ended.append((row, error))
        )
        for row, error in ended:
            self._note(row, error)
        return await self.send(period)

    async def retry(self) -> None:
        """Try again what could not be ordered or sent before, and does not wait."""
        failures = self._money.failures
        for row in failures.of(PAYOUT):
            if not failures.waits(PAYOUT, row):
                await self._retry(row)

    async def _retry(self, row: str) -> None:
        threads = self._money.store.threads
        try:
            if row.startswith(_ORDER):
                _, day, provider_name, account = row.split(" ")
                work = partial(self._order_again, day_number(day, "day"), provider_name, account)
                await threads.write(work)
            else:
                payout = await threads.read(self.find, row)
                if payout.state not in FINAL:
                    await self._send_one(payout)
        except Exception as error:
            if is_silence(error):
                raise
            self._note(row, error)
        else:
            self._note(row, None)

    def _order_again(self, period: int, name: str, account_hex: str) -> None:
        store, community = self._money.store, self._money.community
        account = store.account(community, AccountId(bytes.fromhex(account_hex)))
        ordered = {payout.account for payout in store.payouts(community, period)}
        if account is not None and account.id not in ordered:
            self._order_one(account, period, self.provider(name).name)

    def _note(self, row: str, error: Exception | None) -> None:
        """Note how a row ended, on the event loop's thread."""
        if error is None:
            self._money.failures.done(PAYOUT, row)
        else:
            self._money.failures.failed(PAYOUT, error, row)

    def order(self, period: int, provider_name: str, ended: Ended | None = None) -> list[Payout]:
        """Order what every party earned through a closed day and has not been paid; again orders nothing.

        What cannot be ordered keeps no other account's payout from being ordered.

        Args:
            period: The day through which earnings are paid; it must be closed.
            provider_name: Who pays.
            ended: Is told how each account's row ended; the ledger's failures by default, on the event loop's thread.

        Returns:
            Every payout of the period. What the provider holds too little for waits for a later period.

        Raises:
            ConflictError: `day_open`: the day is not closed, so that its figures may still change.
            UnavailableError: The store does not answer; again goes on where it stopped.
        """
        ended = ended or self._note
        paying = self.provider(provider_name)
        store, community = self._money.store, self._money.community
        closed = store.closed_days(community)
        if not closed or closed[-1].day < period:
            problem = Problem("day", "is not closed; settle it first")
            raise ConflictError("day_open", f"day {problem.problem}", (problem,))
        known = {payout.account for payout in store.payouts(community, period)}
        for kind in PAYABLE:
            for account in store.account_ids(community, kind=kind):
                if account not in known:
                    row = f"{_ORDER}{day_text(period)} {paying.name} {account.hex()}"
                    ended(row, self._order_apart(account, period, paying.name))
        return store.payouts(community, period)

    def _order_apart(self, name: AccountId, period: int, provider_name: str) -> Exception | None:
        """Order one account's payout; return what it raised. Raises UnavailableError."""
        try:
            account = self._money.store.account(self._money.community, name)
            if account is not None:
                self._order_one(account, period, provider_name)
        except Exception as error:
            if is_silence(error):
                raise
            return error
        return None

    def _order_one(self, account: Account, period: int, name: str) -> None:
        money = self._money
        if self.provider(name).pays_accounts and self._accounts(account.party, name) is None:
            return  # another provider's payout of the same period may pay it
        books = money.store.statement(money.community, [account.id], period + 1, period)
        free = account.balance - account.debits_pending
        amount = min(books.closing[account.id], free)
        amount -= amount % minor_unit(
            account.currency
        )  # what is no whole coin waits in the payable
        if amount <= 0:
            return
        transit = money.account(AccountKind.PAYOUTS_IN_TRANSIT, provider(name))
        clearing = money.account(AccountKind.PROVIDER_CLEARING, provider(name))
        payout = Payout(
            transfer_id("payout", period, account.id.hex()), period, account.id, account.party,
            amount, account.currency, name, "ordered", None, 0, money.now(),
        )  # fmt: skip
        external = payout_name(payout)
        out = Transfer(
            payout.id, account.id, transit.id, Micros(amount), Code.PAYOUT, external=external
        )
        paid = Transfer(
            hold_of(payout), transit.id, clearing.id, Micros(amount), Code.PAYOUT_PAID,
            TransferKind.HOLD, external=external,
        )  # fmt: skip
        self._results.post(payout, chain(out, paid), [transit, clearing])

    async def send(self, period: int) -> list[Payout]:
        """Ask the provider for every payout of a period that has not ended; again does no harm.

        One that cannot be sent is noted in the ledger's failures, and the others are sent.

        Raises:
            UnavailableError: The store does not answer.
        """
        store, community = self._money.store, self._money.community
        for payout in await store.threads.read(store.payouts, community, period):
            if payout.state in FINAL:
                continue
            try:
                await self._send_one(payout)
            except Exception as error:
                if is_silence(error):
                    raise
                self._note(payout_name(payout), error)
            else:
                self._note(payout_name(payout), None)
        return await store.threads.read(store.payouts, community, period)

    async def _send_one(self, payout: Payout) -> None:
        paying = self.provider(payout.provider)
        instruction = await self._money.store.threads.read(self._instruction, payout, paying)
        asked = payout.state == "ordered" or paying.pays_accounts
        with provider_silence():
            reply = await (paying.ask(instruction) if asked else paying.look_up(instruction.id))
        with suppress(PayoutEndedError):  # somebody said meanwhile how it ended
            await self.hear(reply)
        if paying.pays_accounts and reply.state is PaymentState.UNKNOWN:
            raise ConflictError(
                "provider_silent", explanation(reply.reason) or "it does not answer"
            )

    def _instruction(self, payout: Payout, paying: PaymentProvider) -> Instruction:
        account = self._accounts(payout.party, paying.name) if paying.pays_accounts else ""
        if account is None:
            raise ConflictError("payee_unknown", f"{payout_name(payout)}: its payee has no account")
        return Instruction(
            payout_name(payout), "payout", Micros(payout.amount), payout.currency,
            self._outside(payout.party), account,
        )  # fmt: skip

    async def hear(self, reply: Reply) -> Payout:
        """Do as `told`, in a thread. Raises UnavailableError."""
        return await self._money.store.threads.commit(self.told, reply)

    def told(self, reply: Reply) -> Payout:
        """Take what a provider says of a payout. See `PayoutResults.told`."""
        return self._results.told(reply)

    def find(self, name: str) -> Payout:
        """Return a payout by its name. Raises UnknownError `payout_unknown`."""
        return self._results.find(name)

    def file(self, period: int, *, bom: bool = False) -> bytes:
        """Return the payouts of a period as CSV, the same bytes for the same payouts; see `spreadsheet`."""
        rows = [
            (
                payout_name(payout), text_cell(self._outside(payout.party)),
                amount_text(payout.amount, payout.currency), payout.currency, payout.state,
                text_cell(payout.reference or ""),
            )
            for payout in self._money.store.payouts(self._money.community, period)
        ]  # fmt: skip
        return table_file(COLUMNS, rows, bom=bom)
