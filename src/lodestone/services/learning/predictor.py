"""The predictor's weights: kept in records, and taken by the engine."""

from collections.abc import Callable
from typing import Final

import msgspec

from lodestone.content import Community
from lodestone.models.rates import RatesModel
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ports import Records

MODEL: Final = "rates_model"
"""Under this name records keep the weights learned for a community."""


async def put_predictor(
    community: Community,
    records: Records,
    writes: Writes,
    predict_by: Callable[[RatesModel], None],
    model: RatesModel,
) -> None:
    """Predict by other weights from now on, and after a restart.

    Args:
        community: Which.
        records: Keep the weights.
        writes: Let decisions hear of them in their turn.
        predict_by: Puts weights into force.
        model: The weights.

    Raises:
        UnavailableError: The records do not answer.
    """
    packed = msgspec.msgpack.encode(model)

    async def take(_: None) -> None:
        predict_by(model)

    def write() -> None:
        records.set_meta(community.id, MODEL, packed)

    await writes.do(write, lambda _: (), take)
