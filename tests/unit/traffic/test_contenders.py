"""Which ads come to the auction: compiled as plain, and never what the viewer refused, owns or has on the page."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.features.ads.select import ROW
from lodestone.features.layout import ITEM
from lodestone.traffic import contenders, contenders_kernel
from lodestone.traffic.net import numbered
from lodestone.traffic.prices import chance_codes
from tests.worlds.decisions import some_logits
from tests.worlds.paid import cut_room, records

TWINS = (contenders, contenders_kernel)


def some_columns(chance, count):
    return (
        chance.integers(0, 3_000, count), chance.integers(-1, OUTCOME_COUNT, count).astype(np.int8),
        chance.choice([1.0, 0.2], count), chance.choice([1.0, 0.5, 0.0], count),
        chance.choice([0.0, 50.0], count), chance.integers(0, 6, count).astype(np.int32),
    )  # fmt: skip


def some_chances(chance, count):
    codes = chance_codes(1 / (1 + np.exp(-some_logits(chance, count)))).reshape(
        count, OUTCOME_COUNT
    )
    codes[chance.random(count) < 0.1] = 0x7FC0  # no number
    return codes


@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_the_compiled_cut_is_the_plain_one_to_the_bit(seed, count, payers):
    chance = np.random.default_rng(seed)
    columns, ordinals = some_columns(chance, 60), chance.choice(60, count, replace=False).astype(np.int32)  # fmt: skip
    chances, worths = some_chances(chance, count), chance.normal(0, 900, OUTCOME_COUNT)
    authors = chance.integers(0, 9, count).astype(np.int32)
    mine = tuple(column[ordinals] for column in columns)
    cuts, offers = [], []
    for module in TWINS:
        out, offer = cut_room(count), np.zeros((2, count))
        length = module.cut(ordinals, authors, chances, records(columns), worths, payers, out)
        module.offer(chances, mine, worths, offer[0], offer[1])
        cuts.append([column[:length] for kind in out for column in kind])
        offers.append(offer)
    assert [column.tobytes() for column in cuts[0]] == [column.tobytes() for column in cuts[1]]
    assert offers[0].tobytes() == offers[1].tobytes()
    places, author, payer, bid, bought, *rest, price = cuts[0]
    assert not price.any()
    assert np.all(np.diff(places) > 0)
    assert len(set(mine[5][places].tolist())) <= payers
    assert author.tolist() == numbered(authors[places]).tolist()
    assert payer.tolist() == numbered(mine[5][places]).tolist()
    for column, every in zip((bid, bought, *rest), (*mine[:5], *offers[0]), strict=True):
        assert column.tolist() == every[places].tolist()


@given(st.integers(0, 10**6), st.integers(0, 30), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_same_ads_are_left_out_compiled_and_plain(seed, count, stranger):
    chance = np.random.default_rng(seed)
    items = np.zeros(50, ITEM)
    items["author"], items["owner"] = chance.integers(0, 20, 50), chance.integers(0, 8, 50)
    items["state"], items["label"] = chance.choice([1, 1, 1, 0, 2], 50), chance.choice([0, 0, 0, 1, 2], 50)  # fmt: skip
    marks = (40 + chance.integers(-4, 4, 50), 40 + chance.integers(-4, 4, 20), 10)
    ads = np.zeros(60, ROW)
    ads["item"] = chance.integers(0, 50, 60)
    ordinals = chance.choice(60, count, replace=False).astype(np.int32)
    page = chance.integers(0, 50, chance.integers(0, 6)).astype(np.int32)
    viewer = -1 if stranger else 3
    left = []
    for module in TWINS:
        out = tuple(np.zeros((3, count), np.int32))
        length = module.allow(ordinals, ads, items, marks, viewer, page, out)
        left.append([column[:length].tolist() for column in out])
    assert left[0] == left[1]
    assert not set(left[0][2]) & set(items["author"][page].tolist())


@pytest.mark.parametrize("module", TWINS, ids=["plain", "compiled"])
@pytest.mark.parametrize(
    ("what", "mark"), [("item", 43), ("author", 42), ("author", 43), ("owner", 0)]
)
def test_what_the_viewer_refused_or_owns_never_comes(module, what, mark):
    items, of_items, of_authors = np.zeros(2, ITEM), np.zeros(2, np.int64), np.zeros(2, np.int64)
    items["state"], items["author"], items["owner"] = 1, [0, 1], [5, 6]
    if what == "item":
        of_items[1] = mark
    if what == "author":
        of_authors[1] = mark
    viewer = 6 if what == "owner" else 9
    out, ordinals = tuple(np.zeros((3, 2), np.int32)), np.arange(2, dtype=np.int32)
    ads = np.zeros(2, ROW)
    ads["item"] = ordinals

    length = module.allow(
        ordinals, ads, items, (of_items, of_authors, 10), viewer, ordinals[:0], out
    )

    assert out[0][:length].tolist() == [0]
