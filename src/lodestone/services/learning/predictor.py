"""The predictor's weights: kept in records, and taken by the engine."""

from typing import Final

import msgspec

from lodestone.models.rates import RatesModel
from lodestone.services.community.community import Engine

MODEL: Final = "rates_model"
"""Under this name records keep the weights learned for a community."""


async def put_predictor(engine: Engine, model: RatesModel) -> None:
    """Predict by other weights from now on, and after a restart. Raises UnavailableError."""
    packed, records = msgspec.msgpack.encode(model), engine.parts.records

    async def take(_: None) -> None:
        engine.predict_by(model)

    def write() -> None:
        records.set_meta(engine.community.id, MODEL, packed)

    await engine.writes.do(write, lambda _: (), take)
