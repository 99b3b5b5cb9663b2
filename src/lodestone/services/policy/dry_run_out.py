"""What a dry run answers."""

import msgspec


class PromiseChange(msgspec.Struct, frozen=True, kw_only=True):
    """One promise of the proposal, before and after."""

    id: str
    target: float
    before: float | None
    """In the unit of `target`, by these slates alone: a share of slots, as under `slots_before`; for `gini` the Gini of
    creators over them. Null for `first_impressions`: what each post has had of its plan, no slate can say."""
    after: float | None
    slots_before: float | None
    """Share of the slots that could have kept it which do, weighed by how likely they are looked at; null for `gini`."""
    slots_after: float | None
    price_before_micros: float
    price_after_micros: float
    change_low: float | None
    """95 % interval of the change of `slots_after`, or for `gini` of `after`: receipts drawn anew, the same on both sides."""
    change_high: float | None


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome, before and after: how many are expected of a thousand slots that are looked at."""

    outcome: str
    """`watch` counts minutes."""
    before: float
    after: float
    change_low: float
    """95 % interval of the change: receipts drawn anew, the same on both sides."""
    change_high: float


class DryRunOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposed policy would have changed in the decisions of the last day."""

    receipts: int
    """Decided again: all of the last day, or this many spread evenly over it."""
    receipts_of_day: int
    changed_slates: int
    changed_slots: int
    slots: int
    objective_before_micros: float
    objective_after_micros: float
    value_before_micros: float
    """What the slates served are worth by the proposal's worths, slots weighed by attention."""
    value_after_micros: float
    value_change_low_micros: float
    """95 % interval of how far the two lie apart: receipts drawn anew, the same on both sides."""
    value_change_high_micros: float
    by_domain_before: dict[str, int]
    by_domain_after: dict[str, int]
    outcomes: list[OutcomeChange]
    promises: list[PromiseChange]
