"""What libraries say to themselves reaches nobody: neither on standard output nor on standard error."""

import numpy as np
import pytest

from lodestone.features.layout import VECTOR_WIDTH
from lodestone.insight.topn import Ials, Sets
from lodestone.models.nearest import FLAT_MAX, LiveIndex


@pytest.mark.parametrize(
    "kinds", [FLAT_MAX + 1, 50, 1], ids=["all differ", "few kinds", "all alike"]
)
def test_an_index_that_is_trained_says_nothing(capfd, kinds):
    drawn = np.random.default_rng(1).normal(size=(kinds, VECTOR_WIDTH)).astype(np.float32)
    vectors = drawn[np.arange(FLAT_MAX + 1) % kinds]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    index = LiveIndex()
    index.add(np.arange(FLAT_MAX + 1, dtype=np.int32), vectors)

    assert index.search(vectors[7], 1).size == 1
    assert capfd.readouterr() == ("", "")


def test_a_peer_that_is_fitted_says_nothing(capfd):
    rows = np.arange(200)
    Ials.fitted(Sets.of_pairs(rows % 20, rows % 7, people=20), 7, seed=1)

    assert capfd.readouterr() == ("", "")
