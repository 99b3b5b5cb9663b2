"""Day-one vectors: a hashed projection of what a post says of itself, 64 numbers of unit length.

Every feature (a tag, the author, a word, two neighbouring Chinese characters) is hashed to a fixed
direction of +-1 entries; their weighted sum, scaled to length one, places like near like without any
training (random indexing; Kanerva, Kristoferson and Holst, 2000).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats

WIDTH: Final = 64
_TAG, _AUTHOR, _WORD, _PAIR = 1.0, 0.5, 0.25, 0.15
_WORDS: Final = re.compile(r"[a-z0-9]{2,}")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_FEATURES_MAX: Final = 96


def project(tags: Sequence[str], author: str, text: str) -> tuple[float, ...]:
    """Place a post by its tags, its author and its text; all zero when nothing is known.

    >>> one, two = project(["fishing"], "a", ""), project(["fishing"], "b", "")
    >>> sum(x * y for x, y in zip(one, two)) > 0.6
    True
    """
    total = np.zeros(WIDTH)
    for weight, feature in _features(tags, author, text):
        total += weight * _direction(feature)
    length = float(np.sqrt(total @ total))
    return tuple((total / length).tolist()) if length else (0.0,) * WIDTH


def interest(weights: Sequence[tuple[str, float]]) -> Floats:
    """Place a person by stated interests: (tag, weight) pairs; all zero without any."""
    total = np.zeros(WIDTH)
    for tag, weight in weights:
        total += weight * _direction(f"tag:{tag}")
    length = float(np.sqrt(total @ total))
    return total / length if length else total


def _features(tags: Sequence[str], author: str, text: str) -> Iterator[tuple[float, str]]:
    # The first tag is the topic and counts double.
    for index, tag in enumerate(tags):
        yield _TAG * (2.0 if index == 0 else 1.0), f"tag:{tag}"
    if author:
        yield _AUTHOR, f"author:{author}"
    lower = text.lower()
    words = _WORDS.findall(lower)[:_FEATURES_MAX]
    yield from ((_WORD, f"word:{word}") for word in words)
    pairs = [run[at : at + 2] for run in _HAN.findall(lower) for at in range(len(run) - 1)]
    yield from ((_PAIR, f"pair:{pair}") for pair in pairs[:_FEATURES_MAX])


@lru_cache(maxsize=20_000)
def _direction(feature: str) -> Floats:
    digest = hashlib.blake2b(feature.encode(), digest_size=WIDTH // 8).digest()
    bits = np.unpackbits(np.frombuffer(digest, np.uint8))
    return bits.astype(np.float64) * 2 - 1
