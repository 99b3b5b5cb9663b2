"""Numbers of a community's orders, moves, vouchers and payments: 1, 2, 3, ..., each given once."""

from typing import Any

from sqlalchemy import Column, func

from lodestone.stores.records.work import Work


class Numbers:
    """Gives out the next numbers of one column; the commit is alone in its community while it does."""

    def __init__(self, work: Work, column: Column[Any]) -> None:
        self._work = work
        self._column = column
        self._next: int | None = None

    def next(self) -> int:
        """Give out a number."""
        if self._next is None:
            newest = self._work.first(self._work.select(self._column.table, func.max(self._column)))
            self._next = (newest[0] or 0) + 1
        self._next += 1
        return self._next - 1
