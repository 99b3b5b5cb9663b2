"""What the history of an order says moved is what the ledger moved, amount by amount."""

from collections import Counter

from lodestone.commerce.life import Transition
from lodestone.ledger.chart import AccountKind, Code
from lodestone.ledger.judge import HoldState
from lodestone.ledger.transfers import transfer_id
from lodestone.services.support.ids import ORDER, made_id

BACK = (Transition.REFUND_PART, Transition.REFUND_WHOLE, Transition.CANCEL, Transition.EXPIRE)


def told_amounts_moved(records, community):
    """Hold every amount that the moves of orders name against the transfers of their order."""
    secret = records.community(community).secret
    with records.whole_snapshot(community) as snapshot:
        books = snapshot.commerce()
        kinds = {account.id: AccountKind(account.kind) for account in snapshot.accounts()}
        holds = {hold.id: hold for hold in snapshot.holds()}
        transfers = {}
        for booked in snapshot.transfers():
            transfers.setdefault(booked.transfer.external, []).append(booked.transfer)
    told = {order.number: Counter() for order in books.orders}
    for event in books.events:
        told[event.number][event.move] += event.amount or 0
    stray = {
        transfer_id("order", made_id(ORDER, secret, one.order), f"{what} {one.number}")
        for one in books.payments
        for what in ("stray", "stray back")
    }
    for order in books.orders:
        name = made_id(ORDER, secret, order.number)
        said = told[order.number]
        mine = [one for one in transfers.get(name, []) if one.id not in stray]
        moved = moves_of(name, order, mine, kinds, holds)
        kept = said[Transition.FULFIL] + said[Transition.REDEEM] - said[Transition.REVERSE]
        back = sum(said[move] for move in BACK)
        assert (said[Transition.PAY], kept, back) == moved, (name, order, dict(said))


def moves_of(name, order, transfers, kinds, holds):
    """Return what the ledger took for an order, what the shop and the house had of it, and what went back."""

    def total(debit, *codes):
        return sum(
            one.amount for one in transfers
            if one.code in codes and kinds.get(one.debit) is debit
        )  # fmt: skip

    k = AccountKind
    if order.fulfilment == "redeem":
        paid = total(k.PROVIDER_CLEARING, Code.PAYMENT)
        reversed_ = sum(
            one.amount for one in transfers
            if one.code in (Code.CORRECTION, Code.COMMISSION_BACK) and kinds[one.credit] is k.VOUCHER_LIABILITY
        )  # fmt: skip
        kept = total(k.VOUCHER_LIABILITY, Code.VOUCHER_REDEEMED, Code.COMMISSION) - reversed_
        return paid, kept, total(k.VOUCHER_LIABILITY, Code.REFUND)
    hold = holds.get(transfer_id("order", name, "pay"))
    if hold is None:
        return 0, 0, 0
    kept = total(k.HELD_PAYMENTS, Code.EARNED, Code.COMMISSION)
    if hold.state is HoldState.OPEN:
        return hold.amount, kept, order.refunded
    after = sum(one.amount for one in transfers if kinds.get(one.credit) is k.REFUNDS)
    return hold.amount, kept, hold.amount - kept + after
