"""What somebody typed while another published: theirs where they typed something, the other's everywhere else."""

from lodestone.console.operator.policy.form import Typed, typed_of
from lodestone.traffic.policy import Policy

_OWN = "own."


def merged(typed: Typed, base: Policy, current: Policy) -> dict[str, str]:
    """Return the fields of a form that was made from one version and is to be sent over another.

    Args:
        typed: The fields as typed.
        base: The version from which the form was made.
        current: The version that is in force by now.
    """
    before, fresh = typed_of(base), typed_of(current)
    policy_fields = {*before, *fresh, *(name for name in typed if name.startswith(_OWN))}
    changed = {name for name in policy_fields if typed.get(name, "") != before.get(name, "")}
    if any(name.startswith(_OWN) for name in changed):
        # Rows are found by their place: where one was moved all of them are whoever typed's.
        changed |= {name for name in policy_fields if name.startswith(_OWN)}
    result = {name: text for name, text in typed.items() if name not in policy_fields}
    result |= {name: text for name, text in fresh.items() if name not in changed}
    return result | {name: typed[name] for name in changed if name in typed}
