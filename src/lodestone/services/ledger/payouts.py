"""Pay out what shops and creators have earned: once for each period, as a file and through a provider.

Ordering a payout moves the earnings into transit and holds the same amount of what the provider has; the provider's
word then posts or voids that hold. Whatever it says twice is done once.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from lodestone.base.errors import ConflictError, InvalidError, Problem, UnknownError
from lodestone.base.money import Micros, amount_text, minor_unit
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.chart import PAYABLE, AccountKind, Code, provider
from lodestone.ledger.payout_life import FINAL, PayoutStep, payout_step
from lodestone.ledger.transfers import (
    NO_ACCOUNT,
    Transfer,
    TransferId,
    TransferKind,
    chain,
    first_refusal,
    reverse,
    transfer_id,
)
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import day_number, day_text
from lodestone.services.support.shared_commit import is_silence, provider_silence
from lodestone.services.support.spreadsheet import table_file, text_cell
from lodestone.stores.external.payment_providers import Instruction, PaymentProvider, Reply
from lodestone.stores.ledger.port import Payout

PAYOUT: Final = "payout"
"""The job of paying out; its rows are payouts' ids, and `order DAY PROVIDER ACCOUNT` before there is one."""
_ORDER: Final = "order "
Ended = Callable[[str, Exception | None], None]
"""Is told of a row, and what it raised."""
COLUMNS: Final = ("payout_id", "party", "amount", "currency", "state", "reference")


class Payouts:
    """The payouts of one community."""

    def __init__(
        self,
        money: Money,
        providers: Mapping[str, PaymentProvider],
        outside: Callable[[str], str] = str,
    ) -> None:
        """Keep what it is given; `outside` turns the book's name of a party into the app's."""
        self._money = money
        self._providers = providers
        self._outside = outside

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
        self._post(payout, chain(out, paid), [transit, clearing])

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
        threads = self._money.store.threads
        party = await threads.read(self._outside, payout.party)
        instruction = Instruction(
            payout_name(payout), "payout", Micros(payout.amount), payout.currency, party
        )
        paying = self.provider(payout.provider)
        asked = payout.state == "ordered"
        with provider_silence():
            reply = await (paying.ask(instruction) if asked else paying.look_up(instruction.id))
        with suppress(PayoutEndedError):  # somebody said meanwhile how it ended
            await self.hear(reply)

    async def hear(self, reply: Reply) -> Payout:
        """Do as `told`, in a thread. Raises UnavailableError."""
        return await self._money.store.threads.commit(self.told, reply)

    def told(self, reply: Reply) -> Payout:
        """Take what a provider says of a payout, the first time or again; return the payout.

        Raises:
            UnknownError: `payout_unknown`.
            ConflictError: `payout_ended`: it contradicts how the payout ended (`ledger.payout_life`);
                `payout_refused`: the book cannot follow; says why.
        """
        payout = self.find(reply.id)
        step = payout_step(
            payout.state, reply.state.value, paid=payout.paid, amount=int(reply.amount)
        )
        if step is PayoutStep.REFUSE:
            raise _ended(payout)
        if step is PayoutStep.PAY:
            return self._paid(payout, reply)
        if step is PayoutStep.PAY_AFTER_ALL:
            return self._paid_after_all(payout, reply)
        if step is PayoutStep.DECLINE:
            return self._declined(payout, reply)
        states = {PayoutStep.NOTE_SENT: "sent", PayoutStep.NOTE_UNKNOWN: "unknown"}
        if step in states:
            return self._post(replace(payout, state=states[step]), [], [])
        return payout

    def find(self, name: str) -> Payout:
        """Return a payout by its name. Raises UnknownError `payout_unknown`."""
        for payout in self._money.store.payouts(self._money.community):
            if payout_name(payout) == name:
                return payout
        raise UnknownError("payout_unknown", f"there is no payout {name!r}")

    def _paid(self, payout: Payout, reply: Reply) -> Payout:
        """Let the money leave; what the provider paid too little goes back, too much is a difference."""
        after = _as_paid(payout, reply)
        moved = Micros(min(reply.amount, payout.amount))
        asked = [
            Transfer(
                _of(payout, "paid"), NO_ACCOUNT, NO_ACCOUNT, moved, Code.PAYOUT_PAID,
                TransferKind.POST, hold=hold_of(payout), external=payout_name(payout),
            )
        ]  # fmt: skip
        if moved < payout.amount:
            asked.append(self._back(payout, Micros(payout.amount - moved)))
        if reply.amount > payout.amount:
            asked.append(self._difference(payout, Micros(reply.amount - payout.amount)))
        return self._post(after, chain(*asked), [self._money.account(AccountKind.ADJUSTMENT)])

    def _declined(self, payout: Payout, reply: Reply) -> Payout:
        void = Transfer(
            _of(payout, "void"), NO_ACCOUNT, NO_ACCOUNT, Micros(0), Code.PAYOUT_PAID,
            TransferKind.VOID, hold=hold_of(payout), external=payout_name(payout),
        )  # fmt: skip
        after = replace(payout, state="declined", reference=reply.reference or None)
        return self._post(after, chain(void, self._back(payout, Micros(payout.amount))), [])

    def _paid_after_all(self, payout: Payout, reply: Reply) -> Payout:
        """Follow a payment that was done after it had been declined.

        It is taken from the payable, to which the decline had given it back. What is not there any more (a later
        payout has ordered it, a refund has used it), and what is above the payout, is a difference.
        """
        money = self._money
        account = money.store.account(money.community, payout.account)
        assert account is not None
        free = max(0, account.balance - account.debits_pending)
        amount = min(int(reply.amount), payout.amount, free)
        clearing = money.account(AccountKind.PROVIDER_CLEARING, provider(payout.provider))
        asked = []
        if amount:
            asked.append(
                Transfer(
                    _of(payout, "paid after all"), payout.account, clearing.id, Micros(amount),
                    Code.PAYOUT_PAID, external=payout_name(payout),
                )
            )  # fmt: skip
        if reply.amount > amount:
            asked.append(self._difference(payout, Micros(reply.amount - amount)))
        opening = [money.account(AccountKind.ADJUSTMENT), clearing]
        return self._post(_as_paid(payout, reply), chain(*asked), opening)

    def _back(self, payout: Payout, amount: Micros) -> Transfer:
        transit = self._money.account(AccountKind.PAYOUTS_IN_TRANSIT, provider(payout.provider))
        out = Transfer(
            payout.id, payout.account, transit.id, Micros(payout.amount), Code.PAYOUT,
            external=payout_name(payout),
        )  # fmt: skip
        return reverse(out, _of(payout, "back"), code=Code.PAYOUT_BACK, amount=amount)

    def _difference(self, payout: Payout, amount: Micros) -> Transfer:
        adjustment = self._money.account(AccountKind.ADJUSTMENT)
        clearing = self._money.account(AccountKind.PROVIDER_CLEARING, provider(payout.provider))
        return Transfer(
            _of(payout, "difference"), adjustment.id, clearing.id, amount, Code.ADJUSTMENT,
            external=payout_name(payout),
        )  # fmt: skip

    def _post(self, payout: Payout, transfers: list[Transfer], opening: list[Account]) -> Payout:
        money = self._money
        outcomes = money.store.post_payout(
            money.community,
            payout,
            transfers,
            opening=opening,
            now=money.now(),
            today=money.today(),
        )
        refusal = first_refusal(outcomes)
        if refusal is not None and payout.state != "ordered":
            message = f"the book cannot follow {payout_name(payout)}: {refusal.name.lower()}"
            raise ConflictError("payout_refused", message)
        return payout

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


class PayoutEndedError(ConflictError):
    """What is said of a payout contradicts how it ended."""


def _ended(payout: Payout) -> PayoutEndedError:
    amount = f", {payout.paid} micros" if payout.paid else ""
    problem = Problem("state", f"contradicts the payout, which is {payout.state}{amount}")
    message = f"{payout_name(payout)} is {payout.state}{amount}: what is said now contradicts it, and changed nothing."
    return PayoutEndedError("payout_ended", message, (problem,))


def _as_paid(payout: Payout, reply: Reply) -> Payout:
    return replace(payout, state="paid", reference=reply.reference or None, paid=int(reply.amount))


def payout_name(payout: Payout) -> str:
    """Return the id by which the world knows a payout.

    >>> from lodestone.base.clock import Instant
    >>> from lodestone.ledger.accounts import AccountId
    >>> payout_name(Payout(TransferId(bytes(16)), 1, AccountId(b""), "", 1, "CNY", "", "", None, 0, Instant(0)))
    'pay_00000000000000000000000000000000'
    """
    return f"pay_{payout.id.hex()}"


def _of(payout: Payout, what: str) -> TransferId:
    return transfer_id("payout", payout.id.hex(), what)


def hold_of(payout: Payout) -> TransferId:
    """Return the id of the hold under which a payout waits for its provider's word."""
    return _of(payout, "hold")
