"""Garbage is collected in small portions, when nobody waits; rings go, and what stays is walked no more."""

import gc
import weakref

import pytest

from lodestone.bootstrap import collector
from lodestone.bootstrap.collector import YOUNG, YOUNG_MOST, Collector


class Ring:
    def __init__(self):
        self.itself = self


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def collecting(clock):
    made = Collector(lambda: clock[0])
    with made.instead():
        yield made
    gc.unfreeze()
    gc.collect()


def litter(count):
    return [[] for _ in range(count)]


def test_rings_wait_for_a_moment_when_nobody_waits(collecting):
    ring = weakref.ref(Ring())
    kept = litter(YOUNG + 100)

    assert collecting.collect(idle=False) is True
    assert ring() is not None
    assert collecting.collect(idle=True) is False
    assert ring() is None
    assert len(kept) == YOUNG + 100


def test_when_too_many_have_gathered_nobody_is_waited_for(collecting):
    ring = weakref.ref(Ring())
    kept = litter(YOUNG_MOST + 100)

    assert ring() is None  # Python did it
    assert collecting.collect(idle=False) is True
    assert kept


def test_what_an_import_leaves_is_frozen_and_no_collection_walks_it_again(collecting):
    before, kept = gc.get_freeze_count(), litter(3 * YOUNG_MOST)
    assert gc.get_count()[1] > 1

    assert collecting.collect(idle=True) is False
    assert gc.get_freeze_count() - before >= 3 * YOUNG_MOST
    assert gc.get_count()[1] == 0
    assert kept


def test_once_a_day_rings_that_were_frozen_and_died_go_too(collecting, clock):
    ring = Ring()
    gc.freeze()
    gone = weakref.ref(ring)
    del ring
    gc.collect()
    assert gone() is not None

    clock[0] = collector._WHOLE_SECONDS
    collecting.collect(idle=False)
    assert gone() is not None
    collecting.collect(idle=True)
    assert gone() is None
