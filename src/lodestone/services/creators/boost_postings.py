"""Which transfers a boost makes by itself; what its campaign is charged is posted as every campaign's.

| when | transfer |
|---|---|
| it is bought | provider's clearing, or what the person has earned, to the balance of the boost's advertiser |
| it has ended | that balance to where the money came from; less than a coin of what an app collected to what the person has earned |
"""

from lodestone.base.money import Micros
from lodestone.content import Community
from lodestone.creators.boost import parts_back
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import (
    AccountKind,
    Code,
    account,
    advertiser,
    campaign,
    person,
    provider,
)
from lodestone.ledger.transfers import Transfer, chain, transfer_id
from lodestone.services.commerce.postings import Movement
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.external.payment_providers import MANUAL


class BoostRules:
    """Makes the transfers of one community's boosts."""

    def __init__(self, community: Community) -> None:
        self._community = community

    def buy(self, boost: Boost, name: str) -> Movement:
        """Pay for a boost; name: the id of what it runs as."""
        source, balance = self._source(boost), self.balance(name)
        bought = _transfer(name, "buy", (source, balance), boost.amount, Code.BOOST)
        return Movement((bought,), (source, balance))

    def give_back(self, boost: Boost, name: str, back: Micros) -> Movement:
        """Give back what an ended boost was not charged, above 0; name: the id of what it runs as."""
        source, balance, earned = self._source(boost), self.balance(name), self._earned(boost)
        parts = parts_back(back, boost.pay_from, self._community.currency)
        made = [
            _transfer(name, "back", (balance, source), parts.coins, Code.BOOST_BACK),
            _transfer(name, "rest", (balance, earned), parts.rest, Code.BOOST_BACK),
        ]
        moved = [transfer for transfer in made if transfer.amount]
        return Movement(tuple(chain(*moved)), (source, balance, earned))

    def balance(self, name: str) -> Account:
        """Return the account of a boost's money that is set aside for nothing."""
        return self._account(AccountKind.ADVERTISER_BALANCE, advertiser(name))

    def lease(self, name: str) -> Account:
        """Return the account of what is set aside for its campaign and not charged yet."""
        return self._account(AccountKind.CAMPAIGN_LEASE, campaign(name))

    def _source(self, boost: Boost) -> Account:
        if boost.pay_from == "manual":
            return self._account(AccountKind.PROVIDER_CLEARING, provider(MANUAL))
        return self._earned(boost)

    def _earned(self, boost: Boost) -> Account:
        return self._account(AccountKind.CREATOR_PAYABLE, person(boost.owner))

    def _account(self, kind: AccountKind, party: str) -> Account:
        return account(self._community.secret, kind, party, self._community.currency)


def _transfer(
    name: str, what: str, sides: tuple[Account, Account], amount: Micros, code: Code
) -> Transfer:
    debit, credit = sides
    return Transfer(
        transfer_id("boost", name, what), debit.id, credit.id, amount, int(code), external=name
    )
