"""The operator's window: whether traffic has value, whether people stay, whether promises are kept."""

from lodestone.console.operator.figures import FigureReader, gather
from lodestone.console.operator.pages import operator_routes

__all__ = ("FigureReader", "gather", "operator_routes")
