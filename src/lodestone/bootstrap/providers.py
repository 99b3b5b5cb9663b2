"""Who moves real money in this installation: people always, the trial provider where a setting asks for it."""

from collections.abc import Mapping

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
    return providers
