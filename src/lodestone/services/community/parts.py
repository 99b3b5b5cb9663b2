"""What a community is put together from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lodestone.commerce.reach import Reach
from lodestone.features.directory import Directory
from lodestone.features.postings import Postings
from lodestone.features.state import State
from lodestone.models.ports import Predictor, VectorIndex
from lodestone.services.feed.pipeline import Decider
from lodestone.services.learning.item_lists import Maker
from lodestone.services.pricing.maintenance import Maintenance
from lodestone.services.support.clocks import CommunityClock
from lodestone.stores.external.payment_providers import PaymentProvider
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord
from lodestone.traffic.kernels import Kernels


@dataclass(frozen=True, slots=True)
class Parts:
    """What bootstrap hands an engine; every concrete thing is chosen there."""

    record: CommunityRecord
    records: Records
    log: Log
    clock: CommunityClock
    state: State
    directory: Directory
    postings: Postings
    index: VectorIndex
    predictor: Predictor
    fallback: Predictor
    kernels: Kernels
    housekeeper: Maintenance
    decider: Decider
    cpu: Callable[[], int]
    drop_snapshots: Callable[[], None]
    providers: Mapping[str, PaymentProvider]
    reach: Reach
    maker: Maker
