"""Item lists: when they are made, how a version comes into force, and which one a start goes on with.

A version is made of the log up to an offset, in a process of its own. A fact names it; from that fact on decisions use it, and their
receipts say so (`predictor_version` ends in `+alike-N`). The last two versions are kept, so that a life lived again has what it had.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import CorruptError, UnavailableError
from lodestone.events.outcomes import FactKind
from lodestone.models.alike import Alike, AlikeModel, AlikeTable
from lodestone.models.nearby import NearbyTable
from lodestone.models.nearby_model import TERMS, NearbyModel
from lodestone.services.ingest.system_facts import fact_key
from lodestone.services.support.failures import Failures
from lodestone.services.support.ports import DirectoryView, FactWriter, StateView

FACTS_LEAST: Final = 1_000
"""Facts in a log before lists are made of it unasked."""
JOB: Final = "item lists"


class Maker(Protocol):
    """Makes versions in a process of its own and keeps their files."""

    @property
    def growth(self) -> float:
        """Say by which share a log grows before lists are made anew; 0: never unasked."""
        ...

    async def make(self, offset: int, version: int, places: NDArray[np.float32]) -> bool:
        """Make a version of the log before an offset; False where there is nothing to learn from.

        Args:
            offset: Facts before it are read.
            version: Its number.
            places: Shape (items, 2). Latitude and longitude of every item, NaN where it has none.

        Raises:
            UnavailableError: `item_lists_failed`: the process ended otherwise, or over its time.
        """
        ...

    def open(self, version: int) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]] | None:
        """Open a version, None where it is not there. Raises CorruptError."""
        ...

    def prune(self, versions: Iterable[int]) -> None:
        """Remove every version but some."""
        ...


class ListUser(Protocol):
    """Decides by item lists."""

    @property
    def alike(self) -> Alike | None:
        """Return the lists in force, None before the first."""
        ...

    @property
    def compiled(self) -> bool:
        """Say whether it runs on compiled kernels."""
        ...

    def use_alike(self, alike: Alike, places: NearbyTable | None) -> None:
        """Decide by other lists, and by what was learned of places with them, from now on."""
        ...


class ItemListsOut(msgspec.Struct, frozen=True, kw_only=True):
    """The item lists in force."""

    version: int
    """0: none yet."""
    offset: int
    """Facts of the log before this one taught them."""
    method: str
    items: int
    people: int
    deeds: int
    weights: tuple[float, ...]
    """Logits per unit of likeness, per outcome."""
    popular_weight: float
    nearby_likeness: float | None
    """What likeness weighs on `place`; null: as elsewhere."""
    nearby_weights: dict[str, float]
    """What each other term weighs on `place`, in logits."""
    nearby_choices: int
    """Held-out deeds that taught them; 0: they are the defaults."""
    held_out: dict[str, float]
    """NDCG@10 on held-out deeds of whatever was tried."""


@dataclass(slots=True)
class InForce:
    """Which version decisions use."""

    version: int = 0
    offset: int = 0
    """What the newest attempt had read, whether it made one or not."""
    upto: int = -1
    """Where the log stood when nothing was left to be learned."""


class ItemLists:
    """The item lists of one community."""

    def __init__(
        self,
        state: StateView,
        directory: DirectoryView,
        facts: FactWriter,
        failures: Failures,
        user: ListUser,
        maker: Maker,
    ) -> None:
        self._state, self._directory, self._facts = state, directory, facts
        self._failures, self._user, self._maker = failures, user, maker
        self.now = InForce()
        self._making = asyncio.Lock()

    def due(self) -> bool:
        """Say whether the log has grown enough since lists were last made of it."""
        end, before, growth = self._state.offset, self.now.offset, self._maker.growth
        grown = end - before >= max(FACTS_LEAST, growth * before)
        return growth > 0 and not self._making.locked() and grown

    async def refresh(self) -> ItemListsOut:
        """Make lists of the log as it stands and let decisions use them; waits for those being made before.

        Raises:
            UnavailableError: They could not be made, or the fact not be stored; those in force stay.
        """
        async with self._making:
            offset, version = self._state.offset, self.now.version + 1
            if offset == self.now.upto:
                return self.shown()
            self.now.offset = (
                offset  # one that fails is tried again when the log has grown, or when asked
            )
            made = await self._maker.make(offset, version, self._places())
            self.now.upto = offset
            if made:
                await self._swap(version)

        return self.shown()

    def _places(self) -> NDArray[np.float32]:
        items = self._state.items[: self._state.item_count]
        return np.stack([items["latitude"], items["longitude"]], axis=1)

    async def _swap(self, version: int) -> None:
        read = await asyncio.to_thread(self._read, version)
        if read is None:
            raise UnavailableError("item_lists_failed", "the lists that were made are not there")
        alike, places = read
        async with self._facts.writing:
            key = fact_key("item lists", version)
            await self._facts.append_own(FactKind.ITEM_LISTS, key, version)
        if self._state.offset == alike.model.offset + 1:
            self.now.upto = self._state.offset  # nothing but this fact has come since
        self._use(version, alike, places)
        await asyncio.to_thread(self._maker.prune, (version - 1, version))

    def fill(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what a snapshot says was in force."""
        self.now.version, self.now.offset = columns["learned.lists"].tolist()

    def resume(self) -> None:
        """Use the version that the log named last; without its files decide without likeness until the next."""
        version = self.now.version
        if not version:
            return
        try:
            read = self._read(version)
        except CorruptError as error:
            self._failures.failed(JOB, error)
            return
        if read is None:
            message = f"item lists {version} are not in the home; run `lodestone refresh`"
            self._failures.failed(JOB, UnavailableError("item_lists_missing", message))
            return
        alike, places = read
        self.now.offset = alike.model.offset
        self._use(version, alike, places)

    def of(self, version: int) -> Alike | None:
        """Return a version to explain a receipt by, None where it is no longer there. May be asked in a thread."""
        alike = self._user.alike
        if alike is not None and alike.model.version == version:
            return alike
        try:
            read = self._read(version)
        except CorruptError:
            return None
        return None if read is None else read[0]

    def _read(self, version: int) -> tuple[Alike, NearbyTable | None] | None:
        opened = self._maker.open(version)
        if opened is None:
            return None
        columns, about = opened
        model = msgspec.convert(about, AlikeModel)
        alike = Alike(model, AlikeTable.of(columns), compiled=self._user.compiled)
        return alike, NearbyTable.of(columns)

    def _use(self, version: int, alike: Alike, places: NearbyTable | None) -> None:
        self.now.version = version
        self._forget_erased(alike)
        self._user.use_alike(alike, places)

    def _forget_erased(self, alike: Alike) -> None:
        """Forget whoever was erased while the lists were made."""
        ordinals = alike.table.person
        rows = np.array(self._directory.rows_of_ordinals(ordinals.tolist()), np.int64)
        for ordinal in ordinals[rows < 0].tolist():
            alike.forget(ordinal)

    def forget(self, ordinal: int) -> None:
        """Overwrite an erased person's profile; older versions go."""
        alike = self._user.alike
        if alike is not None:
            alike.forget(ordinal)
        self._maker.prune((self.now.version,))

    def shown(self) -> ItemListsOut:
        """Return what is in force."""
        alike = self._user.alike
        model = AlikeModel(version=0, offset=0, method="none") if alike is None else alike.model
        nearby = model.nearby if model.nearby is not None else NearbyModel()
        return ItemListsOut(
            version=model.version,
            offset=model.offset,
            method=model.method,
            items=model.items,
            people=model.people,
            deeds=model.deeds,
            weights=model.weights,
            popular_weight=model.popular_weight,
            nearby_likeness=nearby.likeness,
            nearby_weights=dict(zip(TERMS, nearby.weights, strict=True)),
            nearby_choices=nearby.choices,
            held_out=model.held_out,
        )
