"""Random small logs in which edges are made, said again and taken back, and the plain reading of what stands of them."""

from hypothesis import strategies as st

from lodestone.events.facts import FLAG_DECISION, FLAG_HISTORY, SHARE_WHOLE, refund_value
from lodestone.events.outcomes import FactKind
from tests.oracles.facts import DAY, DAYS, ITEMS, PEOPLE, Fact, logs, owner_of

ENDS = {
    FactKind.LIKE: FactKind.UNLIKE,
    FactKind.FOLLOW: FactKind.UNFOLLOW,
    FactKind.JOIN: FactKind.LEAVE,
}
"""What makes an edge, and what ends it."""
WEEK = 7 * DAY
DOMAINS = ([7], [7, 8], [8], [], [7], [])
"""The middle domains each item belongs to."""
_MORE = (
    FactKind.LIKE, FactKind.UNLIKE, FactKind.FOLLOW, FactKind.UNFOLLOW, FactKind.JOIN, FactKind.LEAVE, FactKind.ORDER, FactKind.SHARE,
)  # fmt: skip
_OF_SLOT = ("person", "item", "receipt", "slot", "flags", "domain", "domain_kind")


@st.composite
def lives(draw):
    """Draw a log and let some of it be said again or taken back, near in time, with a slot or without."""
    facts = draw(logs(most=24))
    near = [fact.time for fact in facts] or [0]
    shown = [fact for fact in facts if fact.counts] or [None]
    for _ in range(draw(st.integers(0, 14))):
        kind, seen = draw(st.sampled_from(_MORE)), draw(st.sampled_from(shown))
        later = draw(st.sampled_from([0, 0, 1, 3_600_000_000, DAY]))
        time = min(draw(st.sampled_from(near)) + later, DAYS * DAY - 1)
        item, flags = (
            draw(st.integers(0, ITEMS - 1)),
            draw(st.sampled_from([0, 0, 0, FLAG_HISTORY])),
        )
        more = {"person": draw(st.integers(1, PEOPLE)), "item": item, "flags": flags}
        if seen is not None and draw(st.booleans()):
            more = {name: getattr(seen, name) for name in _OF_SLOT}
        if kind in (FactKind.FOLLOW, FactKind.UNFOLLOW):
            more["target"] = owner_of(more["item"])
        elif kind in (FactKind.JOIN, FactKind.LEAVE):
            more = {"person": more["person"], "target": draw(st.sampled_from([7, 8])), "flags": 0}
        facts.append(Fact(kind=kind, time=time, key=len(facts) + 1, **more))
    for order in [fact for fact in facts if fact.kind == FactKind.ORDER]:
        shares = st.sampled_from([SHARE_WHOLE, SHARE_WHOLE // 2, SHARE_WHOLE // 4])
        for share in draw(st.lists(shares, max_size=2)):
            facts.append(
                Fact(
                    kind=FactKind.REFUND, time=DAYS * DAY - 1, person=order.person, item=order.item,
                    target=order.key, value=refund_value(share, 0), key=len(facts) + 1,
                )
            )  # fmt: skip
    for person in draw(st.lists(st.sampled_from([1, 2, 11]), max_size=1)):
        gone = draw(st.integers(0, DAYS - 1))
        facts.append(Fact(kind=FactKind.ERASED, time=gone * DAY, person=person, key=len(facts) + 1))
    return draw(st.permutations(facts))


def in_order(facts):
    """Put the moves of one edge in order: at one instant the end comes last."""
    return sorted(facts, key=lambda f: (f.time, f.kind in ENDS.values(), f.receipt, f.slot, f.key))


def about(fact):
    """Return what an edge is about."""
    return fact.item if fact.kind in (FactKind.LIKE, FactKind.UNLIKE) else fact.target


def stands(facts, fact):
    """Say what share of a fact counts: of an edge the first of the run that no end follows, of an order what is left."""
    if fact.kind == FactKind.ORDER:
        back = [
            f.value % 2**20 for f in facts if f.kind == FactKind.REFUND and f.target == fact.key
        ]
        return max(0.0, 1 - sum(back) / SHARE_WHOLE)
    if fact.kind not in ENDS or fact.person < 0:
        return 1.0
    edge = (fact.kind, ENDS[fact.kind])
    mine = [f for f in facts if f.kind in edge and f.person == fact.person]
    moves = in_order(f for f in mine if about(f) == about(fact))
    at = moves.index(fact)
    ended = any(f.kind == edge[1] for f in moves[at:])
    again = at > 0 and moves[at - 1].kind == edge[0]
    return 0.0 if ended or again else 1.0


def leads_to(seen, fact):
    """Say whether an impression may have led to a follow, a join or an order."""
    if not seen.counts or seen.person != fact.person:
        return False
    if not fact.time - WEEK <= seen.time <= fact.time:
        return False
    if fact.kind == FactKind.FOLLOW:
        return owner_of(seen.item) == fact.target
    return (
        fact.target in DOMAINS[seen.item] if fact.kind == FactKind.JOIN else seen.item == fact.item
    )


def slot_of(facts, fact):
    """Return whose slot a fact is an outcome of: its own, else that of the last impression that may have led to it."""
    if fact.receipt >= 0:
        return fact if fact.flags & FLAG_DECISION else None
    if (
        fact.kind not in (FactKind.FOLLOW, FactKind.JOIN, FactKind.ORDER)
        or fact.flags & FLAG_HISTORY
    ):
        return None
    seen = [f for f in facts if leads_to(f, fact)]
    return max(seen, key=lambda f: (f.time, f.receipt, f.slot), default=None)
