"""What the book does with a provider's or a person's word of a payout; see `ledger.payout_life` for the table of it."""

import re
from dataclasses import replace
from typing import Final

from lodestone.base.errors import ConflictError, Problem, UnknownError
from lodestone.base.money import Micros
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind, Code, provider
from lodestone.ledger.payout_life import PayoutStep, payout_step, taken_back
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
from lodestone.stores.external.payment_providers import Reply
from lodestone.stores.ledger.port import Payout

_NAME: Final = re.compile("pay_([0-9a-f]{32})")
"""See `payout_name`."""


class PayoutResults:
    """Follows what is said of the payouts of one community."""

    def __init__(self, money: Money) -> None:
        self._money = money

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
            payout = self._paid(payout, reply)
        elif step is PayoutStep.PAY_AFTER_ALL:
            payout = self._paid_after_all(payout, reply)
        elif step is PayoutStep.DECLINE:
            return self._declined(payout, reply)
        states = {PayoutStep.NOTE_SENT: "sent", PayoutStep.NOTE_UNKNOWN: "unknown"}
        if step in states:
            return self.post(
                replace(payout, state=states[step], reason=reply.reason or None), [], []
            )
        return self._taken_back(payout, reply)

    def find(self, name: str) -> Payout:
        """Return a payout by its name. Raises UnknownError `payout_unknown`."""
        match = _NAME.fullmatch(name)
        payout = None
        if match is not None:
            payout_id = TransferId(bytes.fromhex(match[1]))
            payout = self._money.store.payout(self._money.community, payout_id)
        if payout is None:
            raise UnknownError("payout_unknown", f"there is no payout {name!r}")
        return payout

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
        return self.post(after, chain(*asked), [self._money.account(AccountKind.ADJUSTMENT)])

    def _declined(self, payout: Payout, reply: Reply) -> Payout:
        void = Transfer(
            _of(payout, "void"), NO_ACCOUNT, NO_ACCOUNT, Micros(0), Code.PAYOUT_PAID,
            TransferKind.VOID, hold=hold_of(payout), external=payout_name(payout),
        )  # fmt: skip
        after = replace(
            payout, state="declined", reference=reply.reference or None, reason=reply.reason or None
        )
        return self.post(after, chain(void, self._back(payout, Micros(payout.amount))), [])

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
        return self.post(_as_paid(payout, reply), chain(*asked), opening)

    def _taken_back(self, payout: Payout, reply: Reply) -> Payout:
        """Follow what came back of a payout since: to the payable, and above what was paid from it to `adjustment`."""
        more = taken_back(paid=payout.paid, before=payout.returned, after=int(reply.returned))
        if not more:
            return payout
        money = self._money
        returned = payout.returned + more
        clearing = money.account(AccountKind.PROVIDER_CLEARING, provider(payout.provider))
        left, moved = more, self._moved(payout)
        asked = []
        if moved is not None:
            amount = max(0, min(returned, int(moved.amount)) - payout.returned)
            left -= amount
            if amount:
                asked.append(
                    Transfer(
                        _of(payout, f"returned {returned}"), clearing.id, payout.account, Micros(amount),
                        Code.PAYOUT_REVERSED, corrects=moved.id, external=payout_name(payout),
                    )
                )  # fmt: skip
        adjustment = money.account(AccountKind.ADJUSTMENT)
        if left:
            asked.append(
                Transfer(
                    _of(payout, f"difference returned {returned}"), clearing.id, adjustment.id, Micros(left),
                    Code.ADJUSTMENT, external=payout_name(payout),
                )
            )  # fmt: skip
        state = "reversed" if returned == payout.paid else payout.state
        after = replace(payout, state=state, returned=returned)
        return self.post(after, chain(*asked), [adjustment])

    def _moved(self, payout: Payout) -> Transfer | None:
        """Return the transfer by which the money left, None where all of it was a difference."""
        for what in ("paid", "paid after all"):
            booked = self._money.store.transfer(self._money.community, _of(payout, what))
            if booked is not None:
                return booked.transfer
        return None

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

    def post(self, payout: Payout, transfers: list[Transfer], opening: list[Account]) -> Payout:
        """Write a payout and its transfers in one commit. Raises ConflictError `payout_refused`."""
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


class PayoutEndedError(ConflictError):
    """What is said of a payout contradicts how it ended."""


def _ended(payout: Payout) -> PayoutEndedError:
    amount = f", {payout.paid} micros" if payout.paid else ""
    problem = Problem("state", f"contradicts the payout, which is {payout.state}{amount}")
    message = f"{payout_name(payout)} is {payout.state}{amount}: what is said now contradicts it, and changed nothing."
    return PayoutEndedError("payout_ended", message, (problem,))


def _as_paid(payout: Payout, reply: Reply) -> Payout:
    return replace(
        payout,
        state="paid",
        reference=reply.reference or None,
        paid=int(reply.amount),
        reason=None,
    )


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
