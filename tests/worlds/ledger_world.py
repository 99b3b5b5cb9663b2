"""What the tests of the ledger share: a few accounts of a small trade, and how money moves between them."""

from lodestone.base.money import Micros
from lodestone.ledger.chart import PLATFORM, AccountKind, Code, account, provider, shop
from lodestone.ledger.transfers import Transfer, TransferKind, transfer_id

TODAY = 19_675
SECRET = b"the community's secret"


def of(kind, party, currency="CNY"):
    return account(SECRET, kind, party, currency)


CLEARING = of(AccountKind.PROVIDER_CLEARING, provider("manual"))
COMMISSION = of(AccountKind.COMMISSION_REVENUE, PLATFORM)
ADJUSTMENT = of(AccountKind.ADJUSTMENT, PLATFORM)
REFUNDS = of(AccountKind.REFUNDS, provider("manual"))


def held(name):
    return of(AccountKind.HELD_PAYMENTS, shop(name))


def payable(name):
    return of(AccountKind.MERCHANT_PAYABLE, shop(name))


def move(name, debit, credit, amount, **more):
    fields = {"code": int(Code.PAYMENT), "kind": TransferKind.MOVE, **more}
    return Transfer(transfer_id(name), debit.id, credit.id, Micros(amount), **fields)


def hold(name, debit, credit, amount, seconds=0, **more):
    return move(
        name, debit, credit, amount, kind=TransferKind.HOLD, timeout_seconds=seconds, **more
    )


def resolve(name, kind, held_by, amount=0):
    return Transfer(
        transfer_id(name), b"", b"", Micros(amount), int(Code.PAYMENT), kind,
        hold=transfer_id(held_by),
    )  # fmt: skip
