"""`policy`: what experiments turn."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lodestone.base.errors import InvalidError
from lodestone.cli.ids import VersionArgument, VersionOption, version_of
from lodestone.cli.output import Community, Home, Json, data, figure, line, table, units
from lodestone.cli.reach import run

policies = typer.Typer(no_args_is_help=True, help="Show, set, try and take back the policy.")
Proposal = Annotated[
    str,
    typer.Argument(metavar="PRESET|FILE", help="A preset's name, or a JSON file holding a policy."),
]

Reason = Annotated[str, typer.Option(help="Why, for the audit log.")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policies, name="policy")


@policies.command("show", epilog="Example: lodestone policy show --json > policy.json")
def show(community: Community = None, home: Home = None, as_json: Json = False) -> None:
    """Show the policy in force."""
    told = run(home, community, lambda reach: reach.ask("GET", "/v1/policy"))
    if as_json:
        data(told["policy"])
        return
    policy = told["policy"]
    line(f"version {told['version']} ({policy['name']}), since {told['created_at']}")
    table(
        ["outcome", "worth"],
        [[name, units(worth)] for name, worth in policy["worths"].items()],
    )
    rows = [
        [
            one["id"],
            one["direction"],
            figure(one["target"]),
            figure(one["price_cap"]),
            "yes" if one["enabled"] else "no",
        ]
        for one in policy["promises"]
    ]
    table(["promise", "direction", "target", "price cap", "enabled"], rows)


@policies.command("set", epilog="Example: lodestone policy set growth")
def put(
    proposal: Proposal, reason: Reason = "", community: Community = None, home: Home = None
) -> None:
    """Put a policy into force, as a new version."""
    body = _body(proposal) | {"reason": reason}
    told = run(home, community, lambda reach: reach.ask("PUT", "/v1/policy", body=body))
    line(f"version {told['version']} ({told['policy']['name']}) is in force")


@policies.command("dry-run", epilog="Example: lodestone policy dry-run commerce --json")
def dry_run(
    proposal: Proposal, community: Community = None, home: Home = None, as_json: Json = False
) -> None:
    """Say what a policy would have changed in the last day's decisions; nothing is changed."""
    body = _body(proposal)
    told = run(home, community, lambda reach: reach.ask("POST", "/v1/policy/dry-run", body=body))
    if as_json:
        data(told)
        return
    line(
        f"{told['changed_slates']} of {told['receipts']} slates and "
        f"{told['changed_slots']} of {told['slots']} slots would have been others"
    )
    line(
        f"looked-at value {units(told['value_before_micros'])} now, {units(told['value_after_micros'])} then, "
        f"by the proposal's worths; {told['receipts']} of {told['receipts_of_day']} receipts decided again"
    )
    table(
        ["domain", "slots now", "slots then"],
        [
            [
                name,
                str(told["by_domain_before"].get(name, 0)),
                str(told["by_domain_after"].get(name, 0)),
            ]
            for name in ("public", "middle", "private")
        ],
    )
    table(
        ["promise", "target", "now", "then", "of slots now", "of slots then"],
        [
            [
                row["id"],
                figure(row["target"]),
                *(_share(row[name]) for name in ("before", "after", "slots_before", "slots_after")),
            ]
            for row in told["promises"]
        ],
    )


def _share(value: float | None) -> str:
    """Write a share, and a dash where decisions made again cannot tell it."""
    return "-" if value is None else f"{value:.3f}"


@policies.command("rollback", epilog="Example: lodestone policy rollback 3")
def rollback(
    version_argument: VersionArgument = None,
    version: VersionOption = None,
    reason: Reason = "",
    community: Community = None,
    home: Home = None,
) -> None:
    """Put an older version into force again, as a new version."""
    body = {"version": version_of(version_argument, version), "reason": reason}
    told = run(home, community, lambda reach: reach.ask("POST", "/v1/policy/rollback", body=body))
    line(f"version {told['version']} ({told['policy']['name']}) is in force")


def _body(proposal: str) -> dict[str, Any]:
    path = Path(proposal)
    if not path.is_file():
        return {"preset": proposal}
    try:
        return {"policy": msgspec.json.decode(path.read_bytes())}
    except msgspec.DecodeError as error:
        raise InvalidError("malformed", f"{path} is not JSON: {error}") from error
