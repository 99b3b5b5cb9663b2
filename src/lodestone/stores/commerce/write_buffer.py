"""What a till keeps until it is closed, and how it is written: many rows in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam

from lodestone.commerce.place import Claim
from lodestone.commerce.stock import Stock
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.queries import TillFinds
from lodestone.stores.commerce.schema import (
    CLAIMS,
    ORDER_EVENTS,
    ORDER_LINES,
    ORDER_TAKES,
    ORDERS,
    SALE_TAKEN,
    STOCK,
    VOUCHERS,
)
from lodestone.stores.commerce.types import OrderEvent, OrderRecord, Party, VoucherRecord
from lodestone.stores.records.schema import ANSWERS, DEEDS
from lodestone.stores.records.work import Work


@dataclass(slots=True)
class LoadedRows:
    """What a till has read, and what of it has changed."""

    stock: dict[str, Stock] = field(default_factory=dict)
    stock_moved: set[str] = field(default_factory=set)
    people: dict[str, Party | None] = field(default_factory=dict)
    orders: dict[int, OrderRecord] = field(default_factory=dict)
    orders_made: dict[int, bytes] = field(default_factory=dict)
    orders_moved: set[int] = field(default_factory=set)
    docs: dict[int, bytes] = field(default_factory=dict)
    history: dict[int, list[OrderEvent]] = field(default_factory=dict)
    parties: dict[int, Party | None] = field(default_factory=dict)
    events: list[OrderEvent] = field(default_factory=list)
    taken: dict[tuple[str, int], int] = field(default_factory=dict)
    taken_before: set[tuple[str, int]] = field(default_factory=set)
    taken_moved: set[tuple[str, int]] = field(default_factory=set)
    claims: dict[int, Claim | None] = field(default_factory=dict)
    claims_before: set[int] = field(default_factory=set)
    claims_moved: dict[int, bytes] = field(default_factory=dict)
    vouchers: dict[int, VoucherRecord] = field(default_factory=dict)
    vouchers_made: list[int] = field(default_factory=list)
    vouchers_moved: set[int] = field(default_factory=set)
    answers: list[dict[str, object]] = field(default_factory=list)
    deeds: list[dict[str, object]] = field(default_factory=list)
    next: dict[str, int] = field(default_factory=dict)


class WriteBuffer(TillFinds):
    """The part of a till that writes."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.kept = LoadedRows()

    def flush(self) -> None:
        """Write everything that has changed since the last time."""
        kept, work = self.kept, self._work
        made = [kept.orders[number] for number in kept.orders_made]
        work.insert(ORDERS, [rows.order_values(one, kept.orders_made[one.number]) for one in made])
        work.insert(ORDER_LINES, [row for one in made for row in rows.line_values(one)])
        work.insert(
            ORDER_TAKES,
            [
                {"number": one.number, "key": take.item, "units": take.units}
                for one in made
                for take in one.takes
            ],
        )
        self._update(
            ORDERS, "number",
            [{"at": number, **rows.order_moved(kept.orders[number])}
             for number in sorted(kept.orders_moved - kept.orders_made.keys())],
        )  # fmt: skip
        work.insert(ORDER_EVENTS, [rows.event_values(event) for event in kept.events])
        work.insert(DEEDS, kept.deeds)
        work.insert(ANSWERS, kept.answers)
        self._update(
            STOCK, "key",
            [{"at": key, "offered": kept.stock[key].offered, "held": kept.stock[key].held,
              "sold": kept.stock[key].sold} for key in sorted(kept.stock_moved)],
        )  # fmt: skip
        self._flush_vouchers()
        self._flush_people()
        self.kept = replace(
            kept, stock_moved=set(), orders_made={}, orders_moved=set(), events=[], deeds=[],
            answers=[],
        )  # fmt: skip

    def _flush_vouchers(self) -> None:
        kept = self.kept
        made = [kept.vouchers[number] for number in kept.vouchers_made]
        self._work.insert(VOUCHERS, [rows.voucher_values(voucher) for voucher in made])
        moved = sorted(kept.vouchers_moved - set(kept.vouchers_made))
        self._update(
            VOUCHERS, "number",
            [{"at": number, **rows.voucher_moved(kept.vouchers[number])} for number in moved],
        )  # fmt: skip
        kept.vouchers_made.clear()
        kept.vouchers_moved.clear()

    def _flush_people(self) -> None:
        kept, work = self.kept, self._work
        fresh = sorted(kept.taken_moved - kept.taken_before)
        work.insert(
            SALE_TAKEN,
            [
                {"sale": sale, "ordinal": ordinal, "units": kept.taken[(sale, ordinal)]}
                for sale, ordinal in fresh
            ],
        )
        for sale, ordinal in sorted(kept.taken_moved & kept.taken_before):
            update = work.update(SALE_TAKEN).where(
                SALE_TAKEN.c.sale == sale, SALE_TAKEN.c.ordinal == ordinal
            )
            work.run(update.values(units=kept.taken[(sale, ordinal)]))
        kept.taken_before |= kept.taken_moved
        kept.taken_moved.clear()
        placed = [
            {"at": ordinal, "time": claim.at, "sealed": sealed}
            for ordinal, sealed in kept.claims_moved.items()
            if (claim := kept.claims[ordinal]) is not None
        ]
        self._update(CLAIMS, "ordinal", [row for row in placed if row["at"] in kept.claims_before])
        work.insert(
            CLAIMS,
            [
                {"ordinal": row["at"], "time": row["time"], "sealed": row["sealed"]}
                for row in placed
                if row["at"] not in kept.claims_before
            ],
        )
        kept.claims_before.update(kept.claims_moved)
        kept.claims_moved.clear()

    def _update(self, table: Any, key: str, changed: Sequence[dict[str, object]]) -> None:
        """Write many rows of one table, each found by `at`."""
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "at"}
            one = self._work.update(table).where(table.c[key] == bindparam("at"))
            self._work.many(one.values(values), changed)
