"""Which transfers each move of a creator's order makes. Money moves nowhere else.

| move | transfers |
|---|---|
| accept | the advertiser's balance to the order's escrow |
| any that divides the escrow | escrow to the creator's payable, as measured; what came late to the same, or from it back; the rest to the balance |
"""

from lodestone.base.money import Micros
from lodestone.content import Community
from lodestone.creators.settlement import Division
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind, Code, account, advertiser, assignment, person
from lodestone.ledger.transfers import NONE, Transfer, TransferId, chain, transfer_id
from lodestone.services.commerce.postings import Movement
from lodestone.stores.creators.types import Assignment


class EscrowRules:
    """Makes the transfers of one community's creators' orders."""

    def __init__(self, community: Community) -> None:
        self._community = community

    def hold(self, order: Assignment, name: str) -> Movement:
        """Set aside all that an order can cost; name: the order's id."""
        balance, escrow = self._balance(order), self._escrow(name)
        transfer = _transfer(name, "hold", (balance, escrow), order.terms.cap, Code.ESCROW)
        return Movement((transfer,), (balance, escrow))

    def divide(self, order: Assignment, name: str, division: Division) -> Movement:
        """End an escrow: the creator's part, what came late, the rest; name: the order's id."""
        balance, escrow = self._balance(order), self._escrow(name)
        payable = self._account(AccountKind.CREATOR_PAYABLE, person(order.creator))
        out, back = (escrow, payable), (payable, escrow)
        late = Micros(abs(division.adjustment))
        corrects = escrow_transfer(name, "earned") if division.adjustment < 0 else NONE
        made = [
            _transfer(name, "earned", out, division.measured, Code.CREATOR_EARNED),
            _transfer(
                name, "late", out if division.adjustment > 0 else back, late, Code.ESCROW_ADJUSTED,
                corrects,
            ),
            _transfer(name, "back", (escrow, balance), division.back, Code.ESCROW_BACK),
        ]  # fmt: skip
        moved = [transfer for transfer in made if transfer.amount]
        return Movement(tuple(chain(*moved)), (balance, escrow, payable))

    def _balance(self, order: Assignment) -> Account:
        return self._account(AccountKind.ADVERTISER_BALANCE, advertiser(order.advertiser))

    def _escrow(self, name: str) -> Account:
        return self._account(AccountKind.CREATOR_ESCROW, assignment(name))

    def _account(self, kind: AccountKind, party: str) -> Account:
        return account(self._community.secret, kind, party, self._community.currency)


def escrow_transfer(name: str, what: str) -> TransferId:
    """Return the id of one of an order's transfers: `hold`, `earned`, `late` or `back`."""
    return transfer_id("assignment", name, what)


def _transfer(
    name: str, what: str, sides: tuple[Account, Account], amount: Micros, code: Code,
    corrects: TransferId = NONE,
) -> Transfer:  # fmt: skip
    debit, credit = sides
    return Transfer(
        escrow_transfer(name, what), debit.id, credit.id, amount, int(code), corrects=corrects, external=name
    )  # fmt: skip
