"""The two ways to compute a slate with ads: compiled, and plain for reference; see `traffic.kernels`."""

from dataclasses import dataclass
from types import ModuleType
from typing import Final

from lodestone.traffic.auction import (
    exact,
    exact_kernel,
    greedy,
    greedy_kernel,
    page,
    page_kernel,
    quantise,
    quantise_kernel,
)


@dataclass(frozen=True, slots=True)
class Kernels:
    """One module for each step; both sets have the same functions."""

    exact: ModuleType
    greedy: ModuleType
    page: ModuleType
    quantise: ModuleType


COMPILED: Final = Kernels(exact_kernel, greedy_kernel, page_kernel, quantise_kernel)
PLAIN: Final = Kernels(exact, greedy, page, quantise)
