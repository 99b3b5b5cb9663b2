"""Receipts, policies, promises and reports, as a stranger reads them.

Fields that an answer has besides are passed over, so that an older client reads a newer engine.
"""

from typing import Any

import msgspec


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate of a receipt's pool. Value and net in micros."""

    item_id: str
    domain: str
    source: str
    chances: dict[str, float]
    value: float
    net: float
    promises: tuple[str, ...] = ()
    reason: str | None = None
    slot: int | None = None
    propensity: float | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The record from which a decision replays."""

    receipt_id: str
    time: str
    surface: str
    slots: int
    policy_version: int
    price_version: int
    predictor_version: str
    worths: dict[str, float]
    prices: dict[str, float]
    slate: tuple[Candidate, ...]
    pool: tuple[Candidate, ...]
    candidates: int
    dropped: dict[str, int]
    viewer: str | None = None
    domain_id: str | None = None
    personalised: bool = True
    degraded: tuple[str, ...] = ()
    arm: str = ""
    explored_slot: int | None = None
    draw_propensity: float = 1.0
    slate_propensity: float = 1.0
    objective_micros: float = 0.0
    bound_micros: float = 0.0
    exact: bool = False
    slate_rules: int = 1
    """By which rules the slate was filled; 1 left slots empty."""
    relaxed: dict[str, int] = {}
    """The slate rules that gave way so that the page is full, by policy field, and to what."""
    last: bool = False
    """Nothing that may be shown was left beyond this page."""
    payment: int = 0
    chain: tuple[str, ...] = ()


class Replay(msgspec.Struct, frozen=True):
    """Whether a decision follows again from its receipt, and what differs when it does not."""

    identical: bool
    differences: tuple[str, ...] = ()


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """How many slots or impressions there were, and where from."""

    total: int
    by_domain: dict[str, int] = {}
    by_source: dict[str, int] = {}
    by_promise: dict[str, int] = {}


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Where an item was served and seen, and why it was dropped, over the latest receipts."""

    item_id: str
    receipts: int
    receipts_in_all: int
    considered: int
    served: Places
    impressions: Places
    since: str | None = None
    by_reason: dict[str, int] = {}
    label: str = "show"
    counters: dict[str, int] = {}


class PolicyVersion(msgspec.Struct, frozen=True):
    """One version of the policy; its fields are those that `put_policy` takes."""

    version: int
    created_at: str
    policy: dict[str, Any]


class PolicyVersions(msgspec.Struct, frozen=True):
    """Every version of the policy, newest first, and the presets there are."""

    data: tuple[PolicyVersion, ...]
    presets: tuple[str, ...]


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of a thousand slots that are looked at, before and after, and the 95 % interval of the change."""

    outcome: str
    before: float
    after: float
    change_low: float
    change_high: float


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposed policy would have changed in the decisions of the last day."""

    receipts: int
    changed_slates: int
    changed_slots: int
    slots: int
    objective_before_micros: float
    objective_after_micros: float
    by_domain_before: dict[str, int]
    by_domain_after: dict[str, int]
    outcomes: tuple[OutcomeChange, ...] = ()


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the constraint table: what was undertaken, delivered, and at what cost."""

    id: str
    kind: str
    direction: str
    target: float
    delivered: float
    kept: bool
    tolerance: float
    price_micros: float
    price_cap_micros: float
    cost_micros: float
    cost_share: float
    alarm: bool
    planned: int | None = None


class Promises(msgspec.Struct, frozen=True):
    """The constraint table."""

    data: tuple[Promise, ...]


class DayEfficiency(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one domain; efficiency is value per thousand impressions."""

    day: str
    domain: str
    impressions: int
    value_micros: float
    people: int
    provisional: bool
    efficiency_micros: float | None = None


class Cohort(msgspec.Struct, frozen=True):
    """Those who came on one day, and how many were there so many days later."""

    day: str
    count: int
    kept: dict[str, int | None]
    """Null until that day has ended."""
    could: dict[str, int | None]
    """Of how many: the denominators of `kept`."""
    partial: bool = False
    """The cohort's day has not ended."""


class Retained(msgspec.Struct, frozen=True):
    """The three retained series, each by cohort."""

    active: tuple[Cohort, ...]
    followers: tuple[Cohort, ...]
    customers: tuple[Cohort, ...]


class Liu(msgspec.Struct, frozen=True):
    """The dual LIU of a span."""

    days: tuple[DayEfficiency, ...]
    retained: Retained


class LiuReport(msgspec.Struct, frozen=True):
    """The dual LIU with the span it covers."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    liu: Liu
    domain: str | None = None


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """One border on one day: crossings, the people who made them, what they were worth."""

    day: str
    source: str
    target: str
    by: str
    move: str
    """`enter`, `return`, `leave`, or `share` a post back to the public."""
    crossings: int
    people: int
    value_micros: float
    partial: bool = False
    """The day has not ended."""


class PathFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One path of those first seen on one day: how many took it, and the median hours to each stage."""

    day: str
    count: int
    stages: tuple[str, ...]
    people: int
    hours: tuple[float, ...]
    open: bool


class FlowReport(msgspec.Struct, frozen=True):
    """Crossings by day and border, whole paths, and crossings that no impression explains."""

    borders: tuple[Border, ...]
    unexplained: int
    paths: tuple[PathFlow, ...] = ()


class LorenzPoint(msgspec.Struct, frozen=True):
    """So large a share of creators, least shown first, had so large a share of impressions."""

    creators: float
    impressions: float


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Creators shown in the span whom the figures are not about, and why."""

    reason: str
    creators: int
    impressions: int


class ExposureReport(msgspec.Struct, frozen=True, kw_only=True):
    """How evenly creators were shown; those left out are counted beside."""

    impressions: int
    creators: int
    impressions_counted: int
    left_out: tuple[LeftOut, ...]
    gini: float
    noise_floor: float
    lorenz: tuple[LorenzPoint, ...]
    top_share: float
    partial: bool
    """The span's last day has not ended."""
    target: float | None = None
