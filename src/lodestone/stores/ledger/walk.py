"""Walk through transfers of the ledger, however many they are; see `port.LedgerStore.transfers`."""

from collections.abc import Iterator
from typing import Final

from lodestone.ledger.transfers import Booked
from lodestone.stores.ledger.port import LedgerStore, TransferFilter

_PAGE: Final = 10_000
"""Transfers that are read at once."""


def every_transfer(store: LedgerStore, community: str, wanted: TransferFilter) -> Iterator[Booked]:
    """Yield a community's transfers in the order of the book, those that are wanted; asks the ledger page by page."""
    after = 0
    while True:
        page = store.transfers(community, wanted, limit=_PAGE, after=after)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].sequence
