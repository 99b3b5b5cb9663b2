"""Which transfers each move of an order makes. Money moves nowhere else.

| move | transfers |
|---|---|
| pay (handed over later) | hold: provider's clearing to held payments |
| fulfil | post the hold, less what was refunded; held payments to the shop's payable and to commission |
| cancel, refund whole, before fulfilment | void the hold |
| the hold's time is over | expire it |
| pay (redeemed) | provider's clearing to held payments to voucher liability |
| redeem | voucher liability to payable and commission |
| reverse | the same back, naming what it corrects |
| refund after fulfilment | payable (then receivable) and commission to refunds, naming what they correct |
| refund of unused vouchers | voucher liability to refunds, naming what it corrects |
| a refund is paid | refunds to provider's clearing; more than was owed: adjustment to provider's clearing |
| a charge that pays for nothing | provider's clearing to held payments to refunds |
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import DAY_SECONDS
from lodestone.base.money import Micros
from lodestone.commerce.price import Parts
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import (
    PLATFORM,
    AccountKind,
    Code,
    account,
    provider,
    shop,
)
from lodestone.ledger.transfers import (
    NO_ACCOUNT,
    NONE,
    Transfer,
    TransferId,
    TransferKind,
    chain,
    transfer_id,
)

HOLD_SECONDS: Final = 7 * DAY_SECONDS
"""How long a payment's hold waits for fulfilment."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Transfers that stand or fall together, and the accounts they may need."""

    transfers: tuple[Transfer, ...]
    accounts: tuple[Account, ...]


class PostingRules:
    """Makes the transfers of one community's trade."""

    def __init__(self, secret: bytes, currency: str) -> None:
        self._secret = secret
        self._currency = currency

    def _account(self, kind: AccountKind, party: str) -> Account:
        return account(self._secret, kind, party, self._currency)

    def payable(self, shop_id: str) -> Account:
        """Return the account of what a shop has earned."""
        return self._account(AccountKind.MERCHANT_PAYABLE, shop(shop_id))

    def hold(self, order: str, shop_id: str, payer: str, amount: Micros) -> Movement:
        """Set a payment aside until the order is fulfilled."""
        clearing, held = self._sides(shop_id, payer)
        one = Transfer(
            _id(order, "pay"),
            clearing.id,
            held.id,
            amount,
            int(Code.PAYMENT),
            TransferKind.HOLD,
            timeout_seconds=HOLD_SECONDS,
            external=order,
        )
        return Movement((one,), (clearing, held))

    def capture(self, order: str, shop_id: str, payer: str, earned: Parts) -> Movement:
        """Post the hold of a fulfilled order, and pay merchant and house out of it."""
        clearing, held = self._sides(shop_id, payer)
        payable, house = self.payable(shop_id), self._house()
        posted = Transfer(
            _id(order, "post"),
            NO_ACCOUNT,
            NO_ACCOUNT,
            earned.total,
            int(Code.PAYMENT),
            TransferKind.POST,
            hold=_id(order, "pay"),
            external=order,
        )
        moves = _moves(
            order,
            ("earned", held, payable, earned.merchant, Code.EARNED),
            ("commission", held, house, earned.commission, Code.COMMISSION),
        )
        return Movement(tuple(chain(posted, *moves)), (clearing, held, payable, house))

    def release(self, order: str, shop_id: str, payer: str, *, expired: bool) -> Movement:
        """Void the hold of an order that will not be fulfilled, or let it expire."""
        held_by = _id(order, "pay")
        # The same id as whoever else finds the hold over, so that it is released once.
        name = transfer_id("expire", held_by.hex()) if expired else _id(order, "void")
        kind = TransferKind.EXPIRE if expired else TransferKind.VOID
        one = Transfer(
            name,
            NO_ACCOUNT,
            NO_ACCOUNT,
            Micros(0),
            int(Code.PAYMENT),
            kind,
            hold=held_by,
            external="" if expired else order,
        )
        return Movement((one,), self._sides(shop_id, payer))

    def sell_vouchers(self, order: str, shop_id: str, payer: str, amount: Micros) -> Movement:
        """Take a payment that is owed to the buyer until it is redeemed."""
        clearing, held = self._sides(shop_id, payer)
        owed = self._owed(shop_id)
        moves = _moves(
            order,
            ("paid", clearing, held, amount, Code.PAYMENT),
            ("sold", held, owed, amount, Code.VOUCHER_SOLD),
        )
        return Movement(tuple(chain(*moves)), (clearing, held, owed))

    def redeem(self, order: str, shop_id: str, name: str, earned: Parts) -> Movement:
        """Pay merchant and house for what was redeemed."""
        owed, payable, house = self._owed(shop_id), self.payable(shop_id), self._house()
        moves = _moves(
            order,
            (f"redeem {name}", owed, payable, earned.merchant, Code.VOUCHER_REDEEMED),
            (f"redeem commission {name}", owed, house, earned.commission, Code.COMMISSION),
        )
        return Movement(tuple(chain(*moves)) if moves else (), (owed, payable, house))

    def reverse(self, order: str, shop_id: str, name: str, back: Parts, have: int) -> Movement:
        """Take back what a redemption paid. `have` is what the shop's payable can give."""
        owed, house = self._owed(shop_id), self._house()
        moves = [
            *self._from_shop(
                order,
                shop_id,
                owed,
                back.merchant,
                have,
                (f"reverse {name}", f"redeem {name}"),
                Code.CORRECTION,
            ),
            *_moves(
                order,
                (f"reverse commission {name}", house, owed, back.commission, Code.COMMISSION_BACK),
                corrects=_id(order, f"redeem commission {name}"),
            ),
        ]
        return Movement(
            tuple(chain(*moves)) if moves else (),
            (owed, house, self.payable(shop_id), self._receivable(shop_id)),
        )

    def refund(
        self, order: str, shop_id: str, payer: str, name: str, back: Parts, have: int
    ) -> Movement:
        """Give back part of a fulfilled order: the merchant's part and the commission in it."""
        refunds, house = self._refunds(payer), self._house()
        moves = [
            *self._from_shop(
                order,
                shop_id,
                refunds,
                back.merchant,
                have,
                (f"refund {name}", "earned"),
                Code.REFUND,
            ),
            *_moves(
                order,
                (
                    f"refund commission {name}",
                    house,
                    refunds,
                    back.commission,
                    Code.COMMISSION_BACK,
                ),
                corrects=_id(order, "commission"),
            ),
        ]
        return Movement(
            tuple(chain(*moves)) if moves else (),
            (refunds, house, self.payable(shop_id), self._receivable(shop_id)),
        )

    def refund_vouchers(
        self, order: str, shop_id: str, payer: str, what: str, amount: Micros
    ) -> Movement:
        """Give back what unused vouchers were sold for; `what` names it among the order's transfers.

        A name that an app chose stands behind a word, so that it cannot be one of ours.
        """
        owed, refunds = self._owed(shop_id), self._refunds(payer)
        moves = _moves(
            order,
            (what, owed, refunds, amount, Code.REFUND),
            corrects=_id(order, "sold"),
        )
        return Movement(tuple(moves), (owed, refunds))

    def refund_paid(
        self, order: str, payer: str, payment: int, amount: Micros, over: Micros
    ) -> Movement:
        """Let a refund leave the book; what was paid beyond it is a difference."""
        clearing, refunds = self._clearing(payer), self._refunds(payer)
        moves = _moves(order, (f"payment {payment}", refunds, clearing, amount, Code.REFUND_PAID))
        more = self.overpaid(order, payer, payment, over)
        return Movement(tuple(chain(*moves, *more.transfers)), (clearing, refunds, *more.accounts))

    def overpaid(self, order: str, payer: str, payment: int, over: Micros) -> Movement:
        """Note that a provider gave back more than it was asked to, until somebody explains it."""
        clearing, adjustment = (
            self._clearing(payer),
            self._account(AccountKind.ADJUSTMENT, PLATFORM),
        )
        name = f"difference {payment}"
        moves = _moves(order, (name, adjustment, clearing, over, Code.ADJUSTMENT))
        return Movement(tuple(moves), (clearing, adjustment))

    def charge_returned(
        self, order: str, shop_id: str, payer: str, payment: int, amount: Micros
    ) -> Movement:
        """Owe a buyer back what was taken and pays for nothing."""
        clearing, held = self._sides(shop_id, payer)
        refunds = self._refunds(payer)
        taken, back = f"stray {payment}", f"stray back {payment}"
        moves = [
            *_moves(order, (taken, clearing, held, amount, Code.PAYMENT)),
            *_moves(order, (back, held, refunds, amount, Code.REFUND), corrects=_id(order, taken)),
        ]
        return Movement(tuple(chain(*moves)), (clearing, held, refunds))

    def _from_shop(
        self,
        order: str,
        shop_id: str,
        to: Account,
        amount: Micros,
        have: int,
        names: tuple[str, str],
        code: Code,
    ) -> list[Transfer]:
        """Take an amount back from a shop: out of what it has earned, the rest it owes."""
        name, corrected = names
        first = max(0, min(amount, have))
        return _moves(
            order,
            (name, self.payable(shop_id), to, Micros(first), code),
            (f"{name} owed", self._receivable(shop_id), to, Micros(amount - first), code),
            corrects=_id(order, corrected),
        )

    def _sides(self, shop_id: str, payer: str) -> tuple[Account, Account]:
        return self._clearing(payer), self._account(AccountKind.HELD_PAYMENTS, shop(shop_id))

    def _clearing(self, payer: str) -> Account:
        return self._account(AccountKind.PROVIDER_CLEARING, provider(payer))

    def _house(self) -> Account:
        return self._account(AccountKind.COMMISSION_REVENUE, PLATFORM)

    def _owed(self, shop_id: str) -> Account:
        return self._account(AccountKind.VOUCHER_LIABILITY, shop(shop_id))

    def _receivable(self, shop_id: str) -> Account:
        return self._account(AccountKind.MERCHANT_RECEIVABLE, shop(shop_id))

    def _refunds(self, payer: str) -> Account:
        return self._account(AccountKind.REFUNDS, provider(payer))


def _id(order: str, what: str) -> TransferId:
    return transfer_id("order", order, what)


def _moves(
    order: str,
    *wanted: tuple[str, Account, Account, Micros, Code],
    corrects: TransferId = NONE,
) -> list[Transfer]:
    """Make one transfer for each amount that is not nothing."""
    return [
        Transfer(
            _id(order, name),
            debit.id,
            credit.id,
            amount,
            int(code),
            corrects=corrects,
            external=order,
        )
        for name, debit, credit, amount, code in wanted
        if amount
    ]
