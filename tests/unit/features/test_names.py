"""Rows of names in compiled code are the rows that the dict has, whatever was looked up, added or dropped before."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lodestone.features import names_kernel
from lodestone.features.names import NameCache

NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)


def test_the_hash_is_siphash():
    """The first vectors of the authors' own list."""
    key = np.frombuffer(bytes(range(16)), np.uint64)
    letters = np.frombuffer(bytes(range(15)), np.uint8)

    found = [int(names_kernel.hashed(key, letters, 0, size)) for size in (0, 1, 8, 15)]

    assert found == [
        0x726FDB47DD0E0E31, 0x74F839C593DC67FD, 0x93F5F5799A932462, 0xA129CA6149BE45E5,
    ]  # fmt: skip


@given(
    st.dictionaries(NAMES, st.integers(0, 9), max_size=8),
    st.lists(st.tuples(st.sampled_from(["find", "drop", "add"]), st.lists(NAMES, max_size=6))),
)
def test_the_rows_of_names_are_the_dicts(known, steps):
    cache, pool = NameCache(known, slots=4), sorted(known)
    for step, drawn in [("find", pool), *steps, ("find", pool)]:
        names = [*drawn, *pool[::2]]
        for name in names if step != "find" else ():
            known.pop(name, None)
            cache.drop(name)
            if step == "add":
                known[name] = len(name)
        text = "".join(names)
        ends = np.cumsum([len(name) for name in names], dtype=np.int32)
        firsts = ends - np.array([len(name) for name in names], np.int32)
        wanted = np.array([n % 5 - 1 for n in range(len(names))], np.int16)

        rows = cache.find(text, np.frombuffer(text.encode(), np.uint8), firsts, ends, wanted)

        want = [known.get(n, -1) if w >= 0 else -1 for n, w in zip(names, wanted, strict=True)]
        assert rows.tolist() == want
