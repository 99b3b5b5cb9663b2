"""Policies: versions, presets and rollback."""

from collections.abc import Mapping
from typing import Final

import msgspec

from lodestone.base.clock import DAY_SECONDS, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import time_text
from lodestone.content import Community
from lodestone.events.facts import SURFACES
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.layout import KINDS
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ports import Records
from lodestone.traffic.policy import (
    BOOST_UNITS,
    FEEDBACK_WORDS,
    PROMISE_CUSTOM,
    PROMISE_MAX,
    WATCH_KINDS,
    Policy,
    Promise,
)
from lodestone.traffic.presets import NAMES, preset
from lodestone.traffic.pricer import BUILT_IN

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "exploration_share": (0.0, 0.2), "author_max": (1, 50), "author_gap": (0, 49),
    "diversity": (0.0, 10.0), "attention_decay": (0.0, 10.0), "public_gate": (0.0, 1.0),
    "merit_gate": (0.0, 1.0), "merit_impressions_min": (0, 1_000_000), "place_radius_km": (0.1, 500.0),
    "first_impressions_min": (1, 10_000), "first_impressions_max": (1, 10_000), "seen_days": (0, 365),
    "read_days": (0, 36_500), "liked_days": (0, 36_500), "bought_days": (0, 36_500),
    "ad_load": (0.0, 0.5), "ad_gap": (0, 49), "ad_first": (1, 50), "ad_price": (0, 10**9),
    "ad_exploration": (0.0, 0.2), "creator_share": (0.0, 1.0), "creator_minimum": (0, 10**12),
}  # fmt: skip
"""The least and the most of each number; those that may be null are not looked at then."""
WORTH_MAX: Final = 10**12
"""The most micros that an outcome may be worth, or cost."""
PRICE_CAP_MAX: Final = 100.0
"""The most that a promise's price may be capped at, in mean slot values."""
REASON_MAX: Final = 500
"""Characters of the reason for which a policy is put into force."""
FEEDBACK_TYPES_MAX = 64
WATCH_SECONDS_MAX = DAY_SECONDS
_ID_MAX = 64


class PolicyOut(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the policy."""

    version: int
    created_at: str
    policy: Policy


class Policies:
    """Policies of one community.

    Whatever is plainly `def` reads the records: it is called by `Records.threads`.
    """

    def __init__(
        self, community: Community, clock: Clock, records: Records, writes: Writes
    ) -> None:
        self._community, self._clock = community.id, clock
        self._records, self._writes = records, writes

    def current(self) -> PolicyOut:
        """Return the policy in force."""
        record = self._records.policy(self._community)
        return _out(record.policy, record.created)

    def versions(self) -> list[PolicyOut]:
        """Return every version, newest first."""
        policies = self._records.policies(self._community)
        return [_out(record.policy, record.created) for record in policies]

    async def put(
        self, proposed: Policy, *, based_on: int | None = None, reason: str = ""
    ) -> PolicyOut:
        """Put a policy into force under the next version.

        Args:
            proposed: The policy.
            based_on: The version it was made from; None where that does not matter.
            reason: Why, for the audit log.

        Raises:
            InvalidError: `policy_invalid`, naming the first field that makes no sense.
            ConflictError: `policy_changed`: another version than `based_on` is in force.
        """
        check_policy(proposed)
        now = self._clock.now()
        await self._writes.do(
            lambda: self._records.put_policy(
                self._community, proposed, now=now, based_on=based_on, reason=reason
            ),
            lambda change: [change],
        )
        return await self._records.threads.read(self.current)

    async def rollback(
        self, version: int, *, based_on: int | None = None, reason: str = ""
    ) -> PolicyOut:
        """Put an older version into force again, as a new version. Raises UnknownError, and as `put`."""
        read = self._records.threads.read
        record = await read(self._records.policy, self._community, version)
        return await self.put(record.policy, based_on=based_on, reason=reason)


def named(name: str) -> Policy:
    """Return a preset. Raises InvalidError naming those there are."""
    if name not in NAMES:
        problem = Problem("preset", f"must be one of {', '.join(NAMES)}")
        raise InvalidError("preset_unknown", f"preset {problem.problem}", (problem,))
    return preset(name)


def check_policy(policy: Policy) -> None:
    """Pass a policy that makes sense. Raises InvalidError naming the first field that does not."""
    _check_limits(policy)
    for surface in policy.ad_surfaces:
        if surface not in SURFACES:
            _refuse("ad_surfaces", f"{surface!r} is none; they are {', '.join(SURFACES)}")
    for name, worth in policy.worths.items():
        if name not in OUTCOMES:
            _refuse(f"worths.{name}", f"is not an outcome; they are {', '.join(OUTCOMES)}")
        if abs(worth) > WORTH_MAX:
            _refuse(f"worths.{name}", "must lie within 1,000,000 currency units")
    _check_watch_caps(policy)
    _check_boost_prices(policy)
    for name, word in policy.feedback_types.items():
        if word not in FEEDBACK_WORDS:
            _refuse(f"feedback_types.{name}", f"must mean one of {', '.join(FEEDBACK_WORDS)}")
    if len(policy.feedback_types) > FEEDBACK_TYPES_MAX:
        _refuse("feedback_types", f"at most {FEEDBACK_TYPES_MAX}")
    _check_promises(policy)


def _check_watch_caps(policy: Policy) -> None:
    for kind, seconds in policy.watch_caps.items():
        if kind not in WATCH_KINDS:
            _refuse(f"watch_caps.{kind}", f"must be one of {', '.join(WATCH_KINDS)}")
        if not 1 <= seconds <= WATCH_SECONDS_MAX:
            _refuse(f"watch_caps.{kind}", f"must lie between 1 and {WATCH_SECONDS_MAX}")


def _check_boost_prices(policy: Policy) -> None:
    for name, price in policy.boost_prices.items():
        if name not in BOOST_UNITS:
            _refuse(f"boost_prices.{name}", f"must be one of {', '.join(BOOST_UNITS)}")
        if not 0 <= price <= WORTH_MAX:
            _refuse(f"boost_prices.{name}", "must lie between 0 and 1,000,000 currency units")


def _check_limits(policy: Policy) -> None:
    for field, (least, most) in LIMITS.items():
        value = getattr(policy, field)
        if value is not None and not least <= value <= most:
            _refuse(field, f"must lie between {least} and {most}")
    if policy.first_impressions_min > policy.first_impressions_max:
        _refuse("first_impressions_min", "must not be above first_impressions_max")


def _check_promises(policy: Policy) -> None:
    names = [promise.id for promise in policy.promises]
    kinds = [promise.kind for promise in policy.promises]
    for index, promise in enumerate(policy.promises):
        field = f"promises[{index}]"
        if not promise.id or len(promise.id) > _ID_MAX:
            _refuse(f"{field}.id", f"must have 1 to {_ID_MAX} characters")
        if names.index(promise.id) < index:
            _refuse(f"{field}.id", "stands twice")
        if promise.kind in BUILT_IN and kinds.index(promise.kind) < index:
            _refuse(f"{field}.kind", "stands twice; only your own shares may be several")
        if not 0 <= promise.target <= 1:
            _refuse(f"{field}.target", "must lie between 0 and 1")
        if not 0 <= promise.price_cap <= PRICE_CAP_MAX:
            _refuse(f"{field}.price_cap", f"must lie between 0 and {PRICE_CAP_MAX:g}")
        if promise.kind == "share":
            _check_share(promise, field)
        else:
            _check_built_in(promise, field, policy.exploration_share)
    if kinds.count("share") > PROMISE_MAX - PROMISE_CUSTOM:
        _refuse("promises", f"at most {PROMISE_MAX - PROMISE_CUSTOM} of your own")


def _check_share(promise: Promise, field: str) -> None:
    if promise.id in BUILT_IN:
        _refuse(f"{field}.id", "is the name of a promise of ours; call it something else")
    if promise.field is None or promise.equals is None:
        _refuse(f"{field}.field", "a share names the field it selects by, and what it equals")
    if promise.field == "kind" and promise.equals not in KINDS:
        _refuse(f"{field}.equals", f"must be one of {', '.join(KINDS)}")


def _check_built_in(promise: Promise, field: str, exploration_share: float) -> None:
    meant = "cap" if promise.kind == "gini" else "floor"
    if promise.direction != meant:
        _refuse(f"{field}.direction", f"must be {meant!r}: that is what {promise.kind} promises")
    if promise.field is not None or promise.equals is not None:
        _refuse(f"{field}.field", f"belongs to a share; {promise.kind} finds its own candidates")
    if promise.kind == "exploration" and promise.enabled and promise.target != exploration_share:
        _refuse(
            f"{field}.target", f"must equal exploration_share, {exploration_share}, which keeps it"
        )


def _refuse(field: str, problem: str) -> None:
    raise InvalidError("policy_invalid", f"{field} {problem}", (Problem(field, problem),))


def _out(policy: Policy, created: Instant) -> PolicyOut:
    return PolicyOut(version=policy.version, created_at=time_text(created), policy=policy)
