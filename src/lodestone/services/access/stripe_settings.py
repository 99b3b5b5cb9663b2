"""The settings of Stripe, which belong together."""

import re
from collections.abc import Mapping
from typing import Final

from lodestone.base.errors import InvalidError, Problem

_STRIPE_KEY: Final = re.compile(r"[sr]k_[A-Za-z0-9_]{8,256}")
_STRIPE_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,256}")
_STRIPE_API: Final = re.compile(
    r"https://[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?"
)


def stripe_key(values: Mapping[str, str]) -> str:
    """Read `stripe_key`, and see that what goes with it fits. Raises InvalidError, which shows no secret."""
    key, secrets = values["stripe_key"], values["stripe_webhook_secrets"].split()
    problem = ""
    if key and not _STRIPE_KEY.fullmatch(key):
        problem = "stripe_key must be Stripe's secret or restricted key, sk_... or rk_..."
    elif not all(_STRIPE_SECRET.fullmatch(secret) for secret in secrets):
        problem = "stripe_webhook_secrets must be whsec_..., several with a space between"
    elif key and not secrets:
        problem = "stripe_webhook_secrets must be set where stripe_key is: reversals are told so"
    elif not _STRIPE_API.fullmatch(values["stripe_api"]):
        problem = "stripe_api must be like https://api.stripe.com (http:// of this machine alone)"
    if problem:
        raise InvalidError(
            "setting_invalid", problem, (Problem(problem.partition(" ")[0], problem),)
        )
    return key
