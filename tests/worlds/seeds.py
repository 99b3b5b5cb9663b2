"""A seed that nobody has seen: drawn once a run, the same in each of its processes, and told in the tests' names."""

import os
import secrets

SEED = "LODESTONE_SEED"


def fresh() -> int:
    """Return this run's fresh seed: the environment's `LODESTONE_SEED`, which `make test` draws for all its processes."""
    return int(os.environ.setdefault(SEED, str(secrets.randbelow(2**32))))


def sample(stride: int) -> tuple[int, int]:
    """Return which of numbered cases this run takes, as (first, stride): by the fresh seed, so that runs together take all."""
    return 1 + fresh() % stride, stride
