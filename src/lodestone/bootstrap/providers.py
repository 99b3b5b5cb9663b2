"""Who moves real money in this installation: people always, the trial provider where a setting asks for it."""

from collections.abc import Mapping

from lodestone.base.errors import InvalidError, Problem
from lodestone.services.access.settings import Settings
from lodestone.stores.external.payment_providers import (
    MANUAL,
    TRIAL,
    Behaviour,
    ManualProvider,
    PaymentProvider,
    TrialProvider,
)


def providers_of(settings: Settings) -> Mapping[str, PaymentProvider]:
    """Return the providers by name; the trial one moves nothing and behaves as it is told to."""
    providers: dict[str, PaymentProvider] = {MANUAL: ManualProvider()}
    if settings.trial_payments:
        providers[TRIAL] = TrialProvider(usual=Behaviour(settings.trial_payments))
    if settings.stripe_key:
        paying = _stripe(settings)
        providers[paying.name] = paying
    return providers


def _stripe(settings: Settings) -> PaymentProvider:
    """Return the provider that pays out by Stripe. Raises InvalidError where its library is not installed."""
    try:
        from lodestone.stores.external.stripe_transfers import (  # noqa: PLC0415  the library is an extra
            StripeAccount,
            StripeProvider,
        )
    except ModuleNotFoundError as error:
        cure = "stripe_key needs Stripe's library: pip install 'lodestone[serve,stripe]'"
        raise InvalidError("setting_invalid", cure, (Problem("stripe_key", cure),)) from error
    account = StripeAccount(
        settings.stripe_key, settings.stripe_webhook_secrets, settings.stripe_api
    )
    return StripeProvider(account)
