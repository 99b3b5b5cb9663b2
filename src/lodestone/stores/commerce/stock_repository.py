"""What one commit reads and writes of stock items, and of what buyers have had in flash sales."""

from collections.abc import Callable, Iterable, Sequence

from lodestone.commerce.stock import Stock, Take
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import SALE_TAKEN, STOCK
from lodestone.stores.commerce.tracked_rows import TrackedRows
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import chunks


class StockRepository:
    """Stock items of one commit, by key."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._stock = TrackedRows[str, Stock]()

    def get(self, key: str) -> Stock | None:
        """Return a stock item, None when there is none."""
        if key not in self._stock:
            row = self._work.first(self._work.select(STOCK).where(STOCK.c.key == key))
            if row is None:
                return None
            self._stock.loaded({key: rows.stock_of(row)})
        return self._stock[key]

    def put(self, key: str, stock: Stock) -> None:
        """Change a stock item that has been read."""
        self._stock.put(key, stock)

    def move(self, takes: Sequence[Take], how: Callable[[Stock, int], Stock]) -> None:
        """Hold, release, sell or restock what an order takes."""
        for take in takes:
            stock = self.get(take.item)
            assert stock is not None
            self.put(take.item, how(stock, take.units))

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        self._work.update_rows(
            STOCK,
            "key",
            [
                {"at": key, "offered": stock.offered, "held": stock.held, "sold": stock.sold}
                for key, stock in self._stock.take_changed()
            ],
        )


class SaleUnits:
    """How many units each buyer has had in each flash sale."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._units: dict[tuple[str, int], int] = {}
        self._stored: set[tuple[str, int]] = set()
        self._changed: set[tuple[str, int]] = set()

    def taken(self, sale: str, ordinal: int) -> int:
        """Return how many units somebody has had in a sale."""
        if (sale, ordinal) not in self._units:
            self.expect(sale, [ordinal])
        return self._units[(sale, ordinal)]

    def expect(self, sale: str, ordinals: Iterable[int]) -> None:
        """Read for several people at once what they have had in a sale."""
        wanted = [ordinal for ordinal in ordinals if (sale, ordinal) not in self._units]
        self._units.update(((sale, one), 0) for one in wanted)
        for some in chunks(wanted):
            query = self._work.select(SALE_TAKEN).where(SALE_TAKEN.c.sale == sale)
            for row in self._work.fetch(query.where(SALE_TAKEN.c.ordinal.in_(some))):
                self._units[(sale, row.ordinal)] = row.units
                self._stored.add((sale, row.ordinal))

    def add(self, sale: str, ordinal: int, by: int) -> None:
        """Count units that somebody takes in a sale, or gives back."""
        units = self.taken(sale, ordinal) + by
        assert units >= 0
        self._units[(sale, ordinal)] = units
        self._changed.add((sale, ordinal))

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        self._work.insert(
            SALE_TAKEN,
            [
                {"sale": sale, "ordinal": ordinal, "units": self._units[(sale, ordinal)]}
                for sale, ordinal in sorted(self._changed - self._stored)
            ],
        )
        for sale, ordinal in sorted(self._changed & self._stored):
            update = self._work.update(SALE_TAKEN).where(
                SALE_TAKEN.c.sale == sale, SALE_TAKEN.c.ordinal == ordinal
            )
            self._work.run(update.values(units=self._units[(sale, ordinal)]))
        self._stored |= self._changed
        self._changed.clear()
