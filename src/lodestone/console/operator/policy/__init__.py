"""The policy as a form: what may be turned, what a dry run says of it, how it is published, and what it was before."""

from lodestone.console.operator.policy.pages import policy_routes

__all__ = ("policy_routes",)
