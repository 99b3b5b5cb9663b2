"""Policies: versions, presets, dry run and rollback."""

from dataclasses import fields, replace

import msgspec
import numpy as np

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import time_text
from lodestone.events.outcomes import OUTCOMES
from lodestone.services.engine import Engine
from lodestone.services.receipts import Receipts
from lodestone.traffic.codec import decode
from lodestone.traffic.decision import Decision
from lodestone.traffic.net import numbered, pool_net
from lodestone.traffic.policy import (
    FEEDBACK_WORDS,
    PROMISE_CUSTOM,
    PROMISE_MAX,
    Policy,
    worth_vector,
)
from lodestone.traffic.presets import NAMES, preset
from lodestone.traffic.pricer import BUILT_IN
from lodestone.traffic.prices import NET_UNIT, PriceVector
from lodestone.traffic.replay import decide_again

DRY_RUN_RECEIPTS = 1_000
FEEDBACK_TYPES_MAX = 64
_DAY_MICROS = 86_400 * 1_000_000


class PolicyOut(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the policy."""

    version: int
    created_at: str
    policy: Policy


class DryRunOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposed policy would have changed in the decisions of the last day."""

    receipts: int
    changed_slates: int
    changed_slots: int
    slots: int
    objective_before_micros: float
    objective_after_micros: float
    by_domain_before: dict[str, int]
    by_domain_after: dict[str, int]


class Policies:
    """Policies of one community."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._records = engine.parts.records

    def current(self) -> PolicyOut:
        """Return the policy in force."""
        record = self._records.policy(self._engine.community)
        return _out(record.policy, record.created)

    def versions(self) -> list[PolicyOut]:
        """Return every version, newest first."""
        found = self._records.policies(self._engine.community)
        return [_out(record.policy, record.created) for record in found]

    async def put(self, proposed: Policy) -> PolicyOut:
        """Put a policy into force under the next version. Raises InvalidError naming the field."""
        check_policy(proposed)
        engine = self._engine
        async with engine.writing:
            change = self._records.put_policy(engine.community, proposed, now=engine.now())
            await engine.changed([change])
        return self.current()

    async def rollback(self, version: int) -> PolicyOut:
        """Put an older version into force again, as a new version. Raises UnknownError."""
        return await self.put(self._records.policy(self._engine.community, version).policy)

    def dry_run(self, proposed: Policy) -> DryRunOut:
        """Decide the last day's receipts again under a proposal; nothing is changed.

        Worths, author cap, spacing, diversity and exploration are re-decided from each receipt's own pool;
        dual prices stay as they were, since they would first have to settle.
        """
        check_policy(proposed)
        engine = self._engine
        last, since = engine.log.receipt_next(), engine.now() - _DAY_MICROS
        receipts = Receipts(engine)
        totals = np.zeros(5, np.int64)
        before: dict[str, int] = {}
        after: dict[str, int] = {}
        for parts in engine.log.receipts(max(0, last - DRY_RUN_RECEIPTS), last):
            decision = decode(parts.what, -1)
            if decision.time < since or not decision.choice.pool_index.size:
                continue
            prices = receipts.prices(decision.price_version)
            pool = _resorted(decision, proposed, prices, engine)
            again, _ = decide_again(engine.parts.kernels, pool, proposed, prices)
            old = decision.pool.item[decision.choice.pool_index].tolist()
            new = pool.pool.item[again.pool_index].tolist()
            moved = sum(a != b for a, b in zip(old, new, strict=False)) + abs(len(old) - len(new))
            totals += (
                1,
                moved > 0,
                moved,
                decision.choice.objective // 1000,
                again.objective // 1000,
            )
            _count(before, decision, decision.choice.pool_index)
            _count(after, pool, again.pool_index)
        return DryRunOut(
            receipts=int(totals[0]), changed_slates=int(totals[1]), changed_slots=int(totals[2]),
            slots=sum(before.values()), objective_before_micros=float(totals[3]) / NET_UNIT,
            objective_after_micros=float(totals[4]) / NET_UNIT, by_domain_before=before,
            by_domain_after=after,
        )  # fmt: skip


def named(name: str) -> Policy:
    """Return a preset. Raises InvalidError naming those there are."""
    if name not in NAMES:
        problem = Problem("preset", f"must be one of {', '.join(NAMES)}")
        raise InvalidError("preset_unknown", f"preset {problem.problem}", (problem,))
    return preset(name)


def check_policy(policy: Policy) -> None:
    """Pass a policy that makes sense. Raises InvalidError naming the first field that does not."""
    limits = {
        "exploration_share": (0.0, 0.2), "author_max": (1, 50), "author_gap": (0, 49),
        "diversity": (0.0, 10.0), "attention_decay": (0.0, 10.0), "public_gate": (0.0, 1.0),
        "merit_gate": (0.0, 1.0), "place_radius_km": (0.1, 500.0), "first_impressions_max": (1, 10_000),
        "seen_days": (0, 365), "ad_load": (0.0, 1.0),
    }  # fmt: skip
    for field, (least, most) in limits.items():
        if not least <= getattr(policy, field) <= most:
            _refuse(field, f"must lie between {least} and {most}")
    for name, worth in policy.worths.items():
        if name not in OUTCOMES:
            _refuse(f"worths.{name}", f"is not an outcome; they are {', '.join(OUTCOMES)}")
        if abs(worth) > 10**12:
            _refuse(f"worths.{name}", "must lie within 1,000,000 currency units")
    for name, word in policy.feedback_types.items():
        if word not in FEEDBACK_WORDS:
            _refuse(f"feedback_types.{name}", f"must mean one of {', '.join(FEEDBACK_WORDS)}")
    if len(policy.feedback_types) > FEEDBACK_TYPES_MAX:
        _refuse("feedback_types", f"at most {FEEDBACK_TYPES_MAX}")
    _check_promises(policy)


def _check_promises(policy: Policy) -> None:
    seen: set[str] = set()
    own = 0
    for index, promise in enumerate(policy.promises):
        field = f"promises[{index}]"
        key = promise.kind if promise.kind in BUILT_IN else promise.id
        if key in seen:
            _refuse(f"{field}.id", "stands twice")
        seen.add(key)
        if not 0 <= promise.target <= 1:
            _refuse(f"{field}.target", "must lie between 0 and 1")
        if not 0 <= promise.price_cap <= 100:
            _refuse(f"{field}.price_cap", "must lie between 0 and 100")
        if promise.kind == "share":
            own += 1
            if promise.field is None or promise.equals is None:
                _refuse(
                    f"{field}.field", "a share names the field it selects by, and what it equals"
                )
    if own > PROMISE_MAX - PROMISE_CUSTOM:
        _refuse("promises", f"at most {PROMISE_MAX - PROMISE_CUSTOM} of your own")


def _refuse(field: str, problem: str) -> None:
    raise InvalidError("policy_invalid", f"{field} {problem}", (Problem(field, problem),))


def _resorted(decision: Decision, policy: Policy, prices: PriceVector, engine: Engine) -> Decision:
    """Sort a receipt's pool by net scores under another policy."""
    net = pool_net(engine.parts.kernels, decision.pool, np.array(worth_vector(policy)), prices)
    order = np.argsort(-net, kind="stable")
    pool = decision.pool
    columns = {field.name: getattr(pool, field.name)[order] for field in fields(pool)}
    columns["author"] = numbered(columns["author"])
    return replace(decision, pool=type(pool)(**columns))


def _count(into: dict[str, int], decision: Decision, index: np.ndarray) -> None:
    for kind in decision.pool.domain_kind[index].tolist():
        word = ("public", "middle", "middle", "middle", "private")[kind]
        into[word] = into.get(word, 0) + 1


def _out(policy: Policy, created: Instant) -> PolicyOut:
    return PolicyOut(version=policy.version, created_at=time_text(created), policy=policy)
