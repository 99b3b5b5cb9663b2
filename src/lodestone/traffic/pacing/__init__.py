"""Pacing without IO: dual prices of budgets, the plan of a day, bid landscapes, and accounts that are never overspent."""

from lodestone.traffic.pacing.account import BudgetAccount
from lodestone.traffic.pacing.landscape import Landscape
from lodestone.traffic.pacing.multipliers import Flow, Multipliers
from lodestone.traffic.pacing.pacer import Paces, Today
from lodestone.traffic.pacing.plan import DayPlan

__all__ = ("BudgetAccount", "DayPlan", "Flow", "Landscape", "Multipliers", "Paces", "Today")
