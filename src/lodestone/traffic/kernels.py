"""The two ways to compute the same: compiled, and plain for reference and for the first seconds."""

from dataclasses import dataclass
from types import ModuleType
from typing import Final

from lodestone.traffic import (
    contenders,
    contenders_kernel,
    contest,
    contest_kernel,
    filters,
    filters_kernel,
    gather,
    gather_kernel,
    pool,
    pool_kernel,
    prices,
    prices_kernel,
    slots,
    slots_kernel,
)
from lodestone.traffic.auction import kernels as auction_kernels


@dataclass(frozen=True, slots=True)
class Kernels:
    """One module per stage; both sets have the same functions."""

    gather: ModuleType
    filters: ModuleType
    prices: ModuleType
    slots: ModuleType
    pool: ModuleType
    contest: ModuleType
    contenders: ModuleType

    @property
    def auction(self) -> auction_kernels.Kernels:
        """Those of the auction of ads, compiled where these are."""
        return auction_kernels.COMPILED if self is COMPILED else auction_kernels.PLAIN


COMPILED: Final = Kernels(
    gather_kernel, filters_kernel, prices_kernel, slots_kernel, pool_kernel, contest_kernel,
    contenders_kernel,
)  # fmt: skip
PLAIN: Final = Kernels(gather, filters, prices, slots, pool, contest, contenders)
