"""What others may read of the serving state and of the names in it; only facts, records and maintenance move them.

`State` fits `StateView` and `Directory` fits `DirectoryView`. Their arrays are the very ones that facts move: a view is
what the state is now and not a copy, and whoever writes to it is found by `tests/arch`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.features.ads.budgets import Budgets
from lodestone.features.domain_marks import DomainMarks
from lodestone.features.edges import Edges
from lodestone.features.history import History
from lodestone.features.layout import DomainRow
from lodestone.features.table import Table


class StateView(Protocol):
    """Counters and rows of one community; `..._count` says how many rows are in use."""

    @property
    def attention(self) -> Ints:
        """Shape (slots,). Thousandths of the chance that a slot is looked at; index 0 is an unknown slot."""
        ...

    @property
    def item_count(self) -> int:
        """Rows of `items` in use."""
        ...

    @property
    def author_count(self) -> int:
        """Rows of `authors` in use."""
        ...

    @property
    def person_count(self) -> int:
        """Rows of `people` in use."""
        ...

    @property
    def items(self) -> NDArray[Any]:
        """Shape (items or more,), of `layout.ITEM`."""
        ...

    @property
    def item_ring(self) -> NDArray[np.int32]:
        """Shape (items or more, days, counters). Counters by day, watch in tenths of a second."""
        ...

    @property
    def item_old(self) -> NDArray[np.int64]:
        """Shape (items or more, counters). Counters of days before those of `item_ring`."""
        ...

    @property
    def authors(self) -> NDArray[Any]:
        """Shape (authors or more,), of `layout.AUTHOR`."""
        ...

    @property
    def author_total(self) -> NDArray[np.int64]:
        """Shape (authors or more, counters)."""
        ...

    @property
    def author_exposure(self) -> NDArray[np.int32]:
        """Shape (authors or more, days). Impressions weighed by attention, in thousandths."""
        ...

    @property
    def people(self) -> NDArray[Any]:
        """Shape (people or more,), of `layout.PERSON`."""
        ...

    @property
    def person_total(self) -> NDArray[np.int32]:
        """Shape (people or more, counters)."""
        ...

    @property
    def interest(self) -> NDArray[np.float32]:
        """Shape (people or more, dimensions). Unit vectors of stated interests, or zeros."""
        ...

    @property
    def positives(self) -> NDArray[np.int32]:
        """Shape (people or more, kept). Items somebody liked lately, -1 where there is none."""
        ...

    @property
    def positive_time(self) -> NDArray[np.int64]:
        """Shape (people or more, kept). When they did, microseconds."""
        ...

    @property
    def seen_item(self) -> NDArray[np.int32]:
        """Shape (rings or more, kept). Items seen lately, by the ring that `people["seen"]` names; -1: none."""
        ...

    @property
    def seen_time(self) -> NDArray[np.int32]:
        """Shape (rings or more, kept). When they were, see `layout`."""
        ...

    @property
    def surface_total(self) -> NDArray[np.int64]:
        """Shape (surfaces, counters)."""
        ...

    @property
    def domain_total(self) -> NDArray[np.int64]:
        """Shape (domain codes or more, counters)."""
        ...

    @property
    def slot_total(self) -> NDArray[np.int64]:
        """Shape (slots, counters)."""
        ...

    @property
    def promise_delivered(self) -> NDArray[np.int64]:
        """Shape (promises, days). Attention that went to promises, in thousandths."""
        ...

    @property
    def impressions_day(self) -> NDArray[np.int64]:
        """Shape (days,). Impressions of each day."""
        ...

    @property
    def affinity(self) -> Table:
        """Counters of person with author, topic, domain kind and surface."""
        ...

    @property
    def like(self) -> Table:
        """Likes by person and item, to be taken back."""
        ...

    @property
    def watch(self) -> Table:
        """Watch by person and item."""
        ...

    @property
    def follow(self) -> Table:
        """Follows by person and author, to be taken back."""
        ...

    @property
    def edges(self) -> Edges:
        """Who follows, blocks, mutes and has bought from whom, and who has joined what."""
        ...

    @property
    def history(self) -> History:
        """What people did with items."""
        ...

    @property
    def marks(self) -> DomainMarks:
        """What moderators say of items in their domains."""
        ...

    @property
    def budgets(self) -> Budgets:
        """What campaigns may spend, and their paid slots that are open."""
        ...

    @property
    def domains(self) -> Mapping[int, DomainRow]:
        """Middle domains by their codes."""
        ...

    @property
    def author_of_owner(self) -> Mapping[int, int]:
        """Rows of `authors` by the ordinal of the person."""
        ...

    @property
    def quiet(self) -> Floats:
        """Shape (counters,). What share of each counter is not of heavy users."""
        ...

    @property
    def today(self) -> int:
        """The newest day that was counted, since the epoch in the community's zone."""
        ...

    @property
    def offset(self) -> int:
        """Facts of the log that the state has taken in."""
        ...

    def follows(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone follows, ascending."""
        ...

    def bought(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone has bought from."""
        ...

    def blocks(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone blocks."""
        ...

    def mutes(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the people someone mutes."""
        ...

    def memberships(self, row: int) -> NDArray[np.int32]:
        """Return the codes of the domains someone has joined."""
        ...

    def rejections(self, row: int) -> list[int]:
        """Return the item rows someone hid, reported or was not interested in."""
        ...

    def members(self, code: int) -> int:
        """Return how many people have joined a domain."""
        ...

    def practitioners(self, code: int) -> NDArray[np.int64]:
        """Return the rows of who belongs to a profession, ascending."""
        ...


class DirectoryView(Protocol):
    """From the app's names to rows and codes, and back."""

    @property
    def people(self) -> Mapping[str, int]:
        """Rows of people by the app's id."""
        ...

    @property
    def items(self) -> Mapping[str, int]:
        """Rows of items by the app's id."""
        ...

    @property
    def person_ids(self) -> Sequence[str | None]:
        """Shape (people,). The app's ids by row, None for whoever was erased."""
        ...

    @property
    def item_ids(self) -> Sequence[str | None]:
        """Shape (items,). The app's ids by row."""
        ...

    @property
    def domain_codes(self) -> Mapping[str, int]:
        """Codes of domains by the app's id."""
        ...

    @property
    def tag_codes(self) -> Mapping[str, int]:
        """Codes of tags."""
        ...

    @property
    def language_codes(self) -> Mapping[str, int]:
        """Codes of languages."""
        ...

    @property
    def surfaces(self) -> Mapping[str, int]:
        """Codes of surfaces."""
        ...

    def person_row(self, person_id: str) -> int:
        """Return a person's row, -1 when unknown."""
        ...

    def item_row(self, item_id: str) -> int:
        """Return an item's row, -1 when unknown."""
        ...

    def item_id(self, row: int) -> str:
        """Return the app's id of an item row."""
        ...

    def ordinal(self, row: int) -> int:
        """Return what log and receipts call the person of a row."""
        ...

    def row_of_ordinal(self, ordinal: int) -> int:
        """Return the row behind an ordinal, -1 when there is none."""
        ...

    def rows_of_ordinals(self, ordinals: Iterable[int]) -> list[int]:
        """Return the rows behind many ordinals, -1 for nobody and for whoever was erased."""
        ...

    def data_key(self, row: int) -> bytes | None:
        """Return the key under which what is private of a person is encrypted."""
        ...

    def domain_code(self, domain_id: str) -> int:
        """Return a domain's code, -1 when nothing was ever called so."""
        ...

    def domain_id(self, code: int) -> str | None:
        """Return the app's id of a domain code."""
        ...

    def surface_known(self, surface: str) -> int:
        """Return a surface's code, -1 when it has none yet."""
        ...
