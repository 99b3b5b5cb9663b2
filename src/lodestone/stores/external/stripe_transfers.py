"""Pay out by Stripe: a Connect transfer from the community's account to a connected one, by Stripe's own library.

A payout's id is the transfer's group, by which it is found again, and the idempotency key, under which Stripe does a
thing once for at least a day. Asking therefore looks first, and then asks under the key: while the key lives a request
that is still under way cannot be done twice, and when it is gone whatever was done is found.

The library is an extra (`pip install 'lodestone[stripe]'`), and is imported where a setting asks for Stripe.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import stripe

from lodestone.base.errors import InvalidError, UnauthorisedError
from lodestone.base.money import Micros, minor_unit
from lodestone.ledger.payout_reasons import OPEN_REASONS
from lodestone.stores.external.payment_providers import Instruction, PayeeNews, PaymentState, Reply

STRIPE: Final = "stripe"
PREFIX: Final = "pay_"
"""What payouts' ids begin with: other transfers of the same account are of no concern here."""
TIMEOUT_SECONDS: Final = 30
_TWO_DIGITS: Final = ("ISK", "UGX")
"""Currencies without a smaller coin that Stripe wants in hundredths all the same."""
_WHOLE: Final = ("MGA",)
"""A currency with a smaller coin that Stripe wants in whole units."""
_TRANSFERS: Final = ("transfer.created", "transfer.updated", "transfer.reversed")
_KINDS: Final[tuple[tuple[type[stripe.StripeError], str], ...]] = (
    (stripe.APIConnectionError, "no_answer"),
    (stripe.RateLimitError, "rate_limit"),
    (stripe.IdempotencyError, "idempotency_error"),
    (stripe.AuthenticationError, "authentication_error"),
    (stripe.PermissionError, "permission_error"),
    (stripe.APIError, "api_error"),
)


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """Where and as whom Stripe is asked."""

    key: str
    webhook_secrets: tuple[str, ...]
    """One for each endpoint, and the old beside the new while they are changed."""
    api: str
    """The address of the interface."""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"StripeAccount({self.api!r})"


class StripeProvider:
    """See `PaymentProvider` and `SignedProvider`."""

    name: str = STRIPE
    pays_accounts: bool = True

    def __init__(self, account: StripeAccount) -> None:
        """Make the client; nothing is asked yet. The clock tries again, so the library itself does not."""
        stripe.enable_telemetry = False  # it would tell Stripe how long each request took
        self._secrets = account.webhook_secrets
        self._client = stripe.StripeClient(
            account.key,
            base_addresses={"api": account.api},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    async def ask(self, instruction: Instruction) -> Reply:
        """See `PaymentProvider.ask`; done in a thread, since the library waits."""
        assert instruction.purpose == "payout"
        return await asyncio.to_thread(self._ask, instruction)

    async def look_up(self, instruction_id: str) -> Reply:
        """See `PaymentProvider.look_up`; what is not there yet may be under way, and is unknown."""
        standing = await asyncio.to_thread(self._standing, instruction_id)
        return standing or _unknown(instruction_id, "no_answer")

    def _ask(self, instruction: Instruction) -> Reply:
        unit = unit_of(instruction.currency)
        if instruction.amount % (unit * _step(instruction.currency)):
            return _declined(instruction.id, "amount_not_whole")
        standing = self._standing(instruction.id)
        if standing is not None:
            return standing
        try:
            made = self._client.v1.transfers.create(
                {
                    "amount": instruction.amount // unit,
                    "currency": instruction.currency.lower(),
                    "destination": instruction.account,
                    "transfer_group": instruction.id,
                },
                {"idempotency_key": instruction.id},
            )
        except stripe.StripeError as error:
            reason = reason_of(error)
            open_still = reason in OPEN_REASONS
            return (
                _unknown(instruction.id, reason)
                if open_still
                else _declined(instruction.id, reason)
            )
        return _reply(made)

    def _standing(self, name: str) -> Reply | None:
        """Return how a transfer stands that was made for a payout; None when there is none yet."""
        try:
            made = self._client.v1.transfers.list({"transfer_group": name, "limit": 1})
        except stripe.StripeError as error:
            reason = reason_of(error)
            # Whatever looking was refused for says nothing of the transfer.
            return _unknown(name, reason if reason in OPEN_REASONS else "api_error")
        return _reply(made.data[0]) if made.data else None

    def hear(self, body: bytes, headers: Mapping[str, str]) -> Reply | PayeeNews | None:
        """See `SignedProvider.hear`. The age of a signature is judged by the machine's clock, five minutes at most."""
        _verify(body, headers.get("stripe-signature", ""), self._secrets)
        try:
            event = json.loads(body)
            kind, event_object = event["type"], event["data"]["object"]
            if kind in _TRANSFERS:
                transfer = stripe.Transfer.construct_from(event_object, None)
                ours = str(transfer.transfer_group or "").startswith(PREFIX)
                return _reply(transfer) if ours else None
            if kind == "payout.failed":
                return PayeeNews(
                    event["account"], event_object.get("failure_code") or "could_not_process"
                )
            return PayeeNews(event["account"], "") if kind == "payout.paid" else None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidError(
                "event_invalid", "what is signed is no event of the provider's"
            ) from error


def _verify(body: bytes, signature: str, secrets: Sequence[str]) -> None:
    for secret in secrets:
        try:
            stripe.Webhook.construct_event(body, signature, secret)
        except stripe.SignatureVerificationError:
            continue
        except (AttributeError, ValueError) as error:
            raise InvalidError(
                "event_invalid", "what is signed is no event of the provider's"
            ) from error
        return
    raise UnauthorisedError(
        "signature_wrong", "the signature fits none of the secrets, or is too old"
    )


def unit_of(currency: str) -> int:
    """Return the micros of the unit in which Stripe counts a currency.

    >>> unit_of("CNY"), unit_of("JPY"), unit_of("ISK")
    (10000, 1000000, 10000)
    """
    if currency in _TWO_DIGITS:
        return 10_000
    return 1_000_000 if currency in _WHOLE else minor_unit(currency)


def _step(currency: str) -> int:
    """Return of how many units an amount must be a multiple: of three digits the last is zero."""
    if currency in _TWO_DIGITS:
        return 100
    return 10 if minor_unit(currency) == 1_000 else 1


def reason_of(error: stripe.StripeError) -> str:
    """Return the code under which an answer is kept: Stripe's own, or the kind of trouble where it gives none."""
    kind = next((name for kind, name in _KINDS if isinstance(error, kind)), None)
    if kind is not None:
        return error.code if error.code in OPEN_REASONS else kind
    return error.code or "parameter_unknown"


def _reply(transfer: stripe.Transfer) -> Reply:
    unit = unit_of(transfer.currency.upper())
    return Reply(
        str(transfer.transfer_group), PaymentState.DONE, Micros(transfer.amount * unit), transfer.id,
        transfer.amount_reversed * unit,
    )  # fmt: skip


def _unknown(name: str, reason: str) -> Reply:
    return Reply(name, PaymentState.UNKNOWN, Micros(0), reason=reason)


def _declined(name: str, reason: str) -> Reply:
    return Reply(name, PaymentState.DECLINED, Micros(0), reason=reason)
