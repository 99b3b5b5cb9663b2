"""The calls of those who ask why: receipts, traces, policies, promises and reports, each written once."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.json import Decoder

from lodestone.client.attempt import Call
from lodestone.client.calls import query, route
from lodestone.client.engine import (
    DryRun,
    ExposureReport,
    FlowReport,
    LiuReport,
    PolicyVersion,
    PolicyVersions,
    Promises,
    Receipt,
    Replay,
    Trace,
)

_DRY_RUN: Final = Decoder(DryRun).decode
_EXPOSURE: Final = Decoder(ExposureReport).decode
_FLOW: Final = Decoder(FlowReport).decode
_LIU: Final = Decoder(LiuReport).decode
_POLICIES: Final = Decoder(PolicyVersions).decode
_POLICY: Final = Decoder(PolicyVersion).decode
_PROMISES: Final = Decoder(Promises).decode
_RECEIPT: Final = Decoder(Receipt).decode
_REPLAY: Final = Decoder(Replay).decode
_TRACE: Final = Decoder(Trace).decode


def receipt(receipt_id: str) -> Call[Receipt]:
    """Read a receipt."""
    return Call("GET", route("receipts", receipt_id), _RECEIPT)


def replay(receipt_id: str) -> Call[Replay]:
    """Decide again from a receipt and compare."""
    return Call("POST", route("receipts", receipt_id, "replay"), _REPLAY)


def trace(item_id: str) -> Call[Trace]:
    """Say where an item's impressions came from and why it was dropped."""
    return Call("GET", route("items", item_id, "trace"), _TRACE)


def policy() -> Call[PolicyVersion]:
    """Read the policy in force."""
    return Call("GET", "/v1/policy", _POLICY)


def policies() -> Call[PolicyVersions]:
    """List every version of the policy, newest first, and the presets there are."""
    return Call("GET", "/v1/policies", _POLICIES)


def put_policy(policy: Mapping[str, Any]) -> Call[PolicyVersion]:
    """Put a whole policy into force."""
    return _policy("PUT", "/v1/policy", {"policy": policy})


def use_preset(name: str) -> Call[PolicyVersion]:
    """Put a preset into force."""
    return _policy("PUT", "/v1/policy", {"preset": name})


def rollback_policy(version: int) -> Call[PolicyVersion]:
    """Put an older version into force again."""
    return _policy("POST", "/v1/policy/rollback", {"version": version})


def dry_run(policy: Mapping[str, Any]) -> Call[DryRun]:
    """Say what a policy would have changed in the last day's decisions."""
    body = msgspec.json.encode({"policy": policy})
    return Call("POST", "/v1/policy/dry-run", _DRY_RUN, body)


def _policy(method: str, path: str, body: Mapping[str, Any]) -> Call[PolicyVersion]:
    return Call(method, path, _POLICY, msgspec.json.encode(body), keyed=method == "POST")


def promises() -> Call[Promises]:
    """Read the constraint table: target, delivered, dual price, cost, alarm."""
    return Call("GET", "/v1/promises", _PROMISES)


def liu(
    first: str | None = None, last: str | None = None, domain: str | None = None
) -> Call[LiuReport]:
    """Report the dual LIU: value per thousand impressions, and people who stayed.

    Args:
        first: The first day, such as `2026-03-01`.
        last: The last day.
        domain: `public`, `middle`, `private`, or a middle domain's id.
    """
    return Call(
        "GET", query("/v1/reports/liu", {"from": first, "to": last, "domain": domain}), _LIU
    )


def flow(first: str | None = None, last: str | None = None) -> Call[FlowReport]:
    """Report the flow of people and value across the borders of domains."""
    return Call("GET", query("/v1/reports/flow", {"from": first, "to": last}), _FLOW)


def exposure(
    first: str | None = None, last: str | None = None, domain: str | None = None
) -> Call[ExposureReport]:
    """Report how evenly creators were shown, with the Lorenz curve; arguments as `liu`."""
    parameters = {"from": first, "to": last, "domain": domain}
    return Call("GET", query("/v1/reports/exposure", parameters), _EXPOSURE)
