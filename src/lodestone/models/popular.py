"""The predictor of last resort: what everybody makes of an item, whoever asks."""

from dataclasses import replace

from lodestone.features.view import StateView
from lodestone.models.ports import PredictionQuery
from lodestone.models.rates import Rates
from lodestone.traffic.decision import Chances, Rows


class Popular:
    """A `Predictor` that knows items and surfaces but no viewer; it stands in when another fails."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self.version = f"popular-{rates.version}"

    def chances(self, state: StateView, asked: PredictionQuery, rows: Rows) -> Chances:
        """See `Predictor.chances`."""
        return self._rates.chances(state, replace(asked, person=-1), rows)
