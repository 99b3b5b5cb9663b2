"""Every candidate gets one reason or none; the compiled judge says what the plain one says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.geo import EARTH_RADIUS_KM
from lodestone.events.outcomes import DomainKind
from lodestone.features.layout import AUTHOR, ITEM
from lodestone.traffic import filters, filters_kernel, gather, gather_kernel
from lodestone.traffic.decision import DropReason

HERE = (26.38, 108.08)


def one_viewer(**fields):
    viewer = np.zeros(1, filters.VIEWER)[0]
    viewer["person"], viewer["area"], viewer["language"] = 7, -1, -1
    viewer["radius_km"], viewer["personalised"] = 10.0, 1
    for name, value in fields.items():
        viewer[name] = value
    return viewer


def some_items(count, **fields):
    items = np.zeros(count, ITEM)
    items["state"], items["climbed"] = 1, 1
    items["latitude"] = items["longitude"] = np.nan
    items["channels"] = items["professions"] = -1
    items["language"] = -1
    items["author"], items["owner"] = np.arange(count) % 3, 100 + np.arange(count) % 3
    for name, value in fields.items():
        items[name] = value
    return items


def run(module, viewer, items, *, marks=None, authors=None, domains=(), places=(), hidden=()):
    rows = np.arange(items.size, dtype=np.int32)
    out = (
        np.zeros(rows.size, np.uint8),
        np.zeros(rows.size, np.uint8),
        np.zeros(rows.size, np.int16),
        np.zeros(rows.size, np.uint8),
    )
    module.judge(
        viewer,
        items,
        rows,
        np.zeros(items.size, np.int64) if marks is None else marks,
        np.zeros(8, np.int64) if authors is None else authors,
        5,
        np.array(list(domains), filters.DOMAIN),
        np.array(list(places), filters.PLACE),
        np.array(sorted(hidden), np.int64),
        *out,
    )
    return out


@pytest.mark.parametrize("module", [filters, filters_kernel], ids=["plain", "compiled"])
@pytest.mark.parametrize(
    ("viewer", "item", "mark", "author_mark", "reason"),
    [
        ({}, {}, 0, 0, DropReason.SHOWN),
        ({}, {"state": 2}, 0, 0, DropReason.NOT_LIVE),
        ({}, {"label": 2}, 0, 0, DropReason.LABEL_DROP),
        ({}, {"label": 1}, 0, 0, DropReason.SHOWN),
        ({}, {"owner": 7}, 0, 0, DropReason.OWN_POST),
        ({}, {}, 0, 5 * 4 + 2, DropReason.BLOCKED_AUTHOR),
        ({}, {}, 0, 5 * 4 + 3, DropReason.MUTED_AUTHOR),
        ({}, {}, 0, 4 * 4 + 3, DropReason.SHOWN),
        ({}, {}, 5 * 4 + 3, 0, DropReason.REJECTED),
        ({}, {}, 5 * 4 + 2, 0, DropReason.SERVED_IN_CHAIN),
        ({}, {}, 5 * 4 + 1, 0, DropReason.SEEN),
        ({"surface": 1}, {}, 0, 0, DropReason.OUT_OF_SURFACE),
        ({"surface": 1}, {}, 0, 5 * 4 + 1, DropReason.SHOWN),
        ({"surface": 2}, {}, 0, 0, DropReason.OUT_OF_AREA),
        ({"surface": 3, "area": 4}, {}, 0, 0, DropReason.OUT_OF_SURFACE),
        ({"surface": 3, "area": 4}, {"channels": [9, 4, -1, -1]}, 0, 0, DropReason.SHOWN),
        ({"surface": 4, "area": 4}, {"professions": [4, -1]}, 0, 0, DropReason.SHOWN),
        ({"gated": 1}, {"climbed": 0}, 0, 0, DropReason.NOT_CLIMBED),
        ({"gated": 1}, {"climbed": 0}, 0, 5 * 4 + 1, DropReason.SHOWN),
        ({"personalised": 0, "language": 1}, {"language": 2}, 0, 0, DropReason.OTHER_LANGUAGE),
        ({"personalised": 1, "language": 1}, {"language": 2}, 0, 0, DropReason.SHOWN),
    ],
)
def test_each_rule_gives_its_own_reason(module, viewer, item, mark, author_mark, reason):
    marks = np.array([mark], np.int64)
    authors = np.array([author_mark], np.int64)

    found = run(module, one_viewer(**viewer), some_items(1, **item), marks=marks, authors=authors)

    assert DropReason(found[0][0]) is reason


@pytest.mark.parametrize("module", [filters, filters_kernel], ids=["plain", "compiled"])
def test_ten_kilometres_is_a_neighbourhood_and_eleven_is_not(module):
    viewer = one_viewer(located=1, latitude=HERE[0], longitude=HERE[1])
    items = some_items(2, latitude=HERE[0])
    items["longitude"] = [108.18, 108.1905]  # 9.96 and 11.0 km

    _, kind, domain, local = run(module, viewer, items)

    assert kind.tolist() == [DomainKind.PLACE, DomainKind.PUBLIC]
    assert domain.tolist() == [-1, -1]
    assert local.tolist() == [1, 0]


@pytest.mark.parametrize("module", [filters, filters_kernel], ids=["plain", "compiled"])
def test_a_minor_has_no_neighbourhood_by_position(module):
    viewer = one_viewer(located=1, minor=1, latitude=HERE[0], longitude=HERE[1])

    _, kind, _, _ = run(module, viewer, some_items(1, latitude=HERE[0], longitude=HERE[1]))

    assert kind.tolist() == [DomainKind.PUBLIC]


@pytest.mark.parametrize("module", [filters, filters_kernel], ids=["plain", "compiled"])
def test_private_stands_before_middle_and_the_smaller_domain_before_the_larger(module):
    items = some_items(2, channels=[3, -1, -1, -1], professions=[6, -1])
    authors = np.array([0, 5 * 4 + 1, 0], np.int64)
    domains = [(6, DomainKind.PROFESSION, -1), (3, DomainKind.CHANNEL, -1)]  # fewest members first

    _, kind, domain, _ = run(module, one_viewer(), items, authors=authors, domains=domains)

    assert kind.tolist() == [DomainKind.PROFESSION, DomainKind.PRIVATE]
    assert domain.tolist() == [6, -1]


@pytest.mark.parametrize("module", [filters, filters_kernel], ids=["plain", "compiled"])
def test_whom_one_follows_may_write_in_any_language(module):
    viewer = one_viewer(surface=1, personalised=0, language=0)
    items = some_items(2, language=1)
    authors = np.array([5 * 4 + 1, 0, 0], np.int64)

    reason, _, _, _ = run(module, viewer, items, authors=authors)

    assert reason.tolist() == [DropReason.SHOWN, DropReason.OUT_OF_SURFACE]


@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_compiled_judge_equals_the_plain_one(seed, surface, located, personalised):
    chance = np.random.default_rng(seed)
    items = some_items(40, state=chance.integers(0, 3, 40), label=chance.integers(0, 3, 40))
    items["latitude"] = np.where(chance.random(40) < 0.6, 26.38 + chance.normal(0, 0.1, 40), np.nan)
    items["longitude"] = np.where(np.isnan(items["latitude"]), np.nan, 108.08)
    items["channels"][:, 0], items["professions"][:, 0] = chance.integers(-1, 5, (2, 40))
    items["climbed"], items["language"] = chance.integers(0, 2, (2, 40))
    viewer = one_viewer(
        surface=surface, located=located, personalised=personalised, latitude=26.38,
        longitude=108.08, area=chance.integers(-1, 5), area_located=1, area_latitude=26.4,
        area_longitude=108.1, area_radius_km=8.0, gated=1, language=chance.integers(-1, 2),
    )  # fmt: skip
    context = {
        "marks": chance.integers(18, 24, 40),
        "authors": chance.integers(18, 24, 3),
        "domains": [(2, 2, -1), (3, 1, 0), (1, 3, -1)],
        "places": [(26.4, 108.1, 5.0)],
    }

    plain = run(filters, viewer, items, **context)
    compiled = run(filters_kernel, viewer, items, **context)

    assert [array.tolist() for array in plain] == [array.tolist() for array in compiled]


@given(
    st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(0.5, 400), st.floats(0, 360),
    st.floats(0, 2.5),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_what_is_told_from_a_flat_map_is_what_the_great_circle_says(
    latitude, longitude, radius, bearing, share
):
    turn, away = np.radians(bearing), share * radius / EARTH_RADIUS_KM
    phi = np.radians(latitude)
    there = np.arcsin(np.sin(phi) * np.cos(away) + np.cos(phi) * np.sin(away) * np.cos(turn))
    east = np.arctan2(
        np.sin(turn) * np.sin(away) * np.cos(phi), np.cos(away) - np.sin(phi) * np.sin(there)
    )
    to = (float(np.degrees(there)), float((longitude + np.degrees(east) + 540) % 360 - 180))
    exact = filters_kernel.distance_km(latitude, longitude, *to)

    told = filters_kernel.within(latitude, longitude, np.cos(phi), *to, radius)

    assert told == (exact <= radius)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_gathering_takes_each_candidate_once_and_both_twins_agree(seed, room):
    chance = np.random.default_rng(seed)
    recent = np.zeros(5, AUTHOR)
    recent["recent"] = -1
    recent["recent"][:, :3] = chance.integers(0, 50, (5, 3))
    taste = chance.integers(-1, 50, 20)
    alike = chance.permutation(50)[:7].astype(np.int32)
    lists = np.array([[0, 2, 9], [2, 3, 4], [1, 1, 30]])
    posting_rows = chance.integers(0, 50, (3, 12)).astype(np.int32)
    posting_count = np.array([12, 5, 7], np.int32)
    follows = np.array([4, -1, 0], np.int32)
    found = []
    for module in (gather, gather_kernel):
        rows, sources = np.full(room, -1, np.int32), np.zeros(room, np.uint8)
        stamp = np.zeros(50, np.int64)
        count = module.gather(
            alike,
            taste,
            lists,
            posting_rows,
            posting_count,
            follows,
            recent,
            stamp,
            9,
            rows,
            sources,
        )
        found.append((count, rows[:count].tolist(), sources[:count].tolist()))

    assert found[0] == found[1]
    assert found[0][1][:7] == alike.tolist()[:room]
    assert len(set(found[0][1])) == found[0][0]
