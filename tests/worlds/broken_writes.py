"""A store that breaks in mid-write: at one write of a run, or of a small run at each of its writes in turn."""

from contextlib import contextmanager

from lodestone.content import CommunityIn
from lodestone.stores.sql.scope import Scope
from records_world import NOW


class CrashError(Exception):
    """The process dies here, as far as the transaction can tell."""


@contextmanager
def breaking(at, *beside):
    """Let the store break at its n-th write; give whether it did.

    Args:
        at: Which write, from 1; None never breaks.
        beside: What else writes besides statements: (owner, name of the function).
    """
    writes = [
        (owner, name, getattr(owner, name))
        for owner, name in ((Scope, "many"), (Scope, "run"), *beside)
    ]
    count = {"left": at, "broke": False}

    def counted(call):
        def write(*given):
            if count["left"] is not None:
                count["left"] -= 1
                if count["left"] <= 0:
                    count["left"], count["broke"] = None, True
                    raise CrashError
            return call(*given)

        return write

    for owner, name, call in writes:
        setattr(owner, name, counted(call))
    try:
        yield lambda: count["broke"]
    finally:
        for owner, name, call in writes:
            setattr(owner, name, call)


def ends_after_breaks(records, live, first, stride):
    """Live a small run anew in a community of its own for every break.

    Args:
        records: The store.
        live: Lives it in a community with a break at its n-th write; returns it and whether it broke.
        first: The first write to break at, from 1.
        stride: Writes between breaks.

    Returns:
        How each ended, by the write that broke; and the first write to break at that there was not.
    """
    ends, at = {}, first
    while True:
        records.create_community(f"day {at}", CommunityIn(name="Day"), now=NOW)
        lived, broke = live(records, f"day {at}", at)
        if not broke:
            return ends, at
        ends[at] = lived.standing()
        at += stride
