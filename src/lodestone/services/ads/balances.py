"""What advertisers have paid in and is set aside for nothing."""

from lodestone.base.wire import Money
from lodestone.content import Community
from lodestone.ledger.accounts import Account
from lodestone.ledger.chart import AccountKind, account, advertiser
from lodestone.stores.ports import Records


def balance_account(community: Community, advertiser_id: str) -> Account:
    """Return the ledger account of what an advertiser has paid in and is set aside for nothing."""
    kind = AccountKind.ADVERTISER_BALANCE
    return account(community.secret, kind, advertiser(advertiser_id), community.currency)


def balance_of(records: Records, community: Community, advertiser_id: str) -> Money:
    """Return an advertiser's balance; nothing where nothing was paid in. Asks the records."""
    stored = records.account(community.id, balance_account(community, advertiser_id).id)
    left = 0 if stored is None else stored.balance - stored.debits_pending
    return Money(left, community.currency)
