"""What a provider's code for a payout that did not go well means, and what to do about it.

The codes are Stripe's (https://docs.stripe.com/error-codes and https://docs.stripe.com/api/payouts/failures): those
that its interface answers a transfer with, and those that a payee's bank gives for what goes on from there.
"""

from typing import Final

_DETAILS: Final = "The payee must check their bank details with the provider."
REASONS: Final = {
    # the transfer was not made, and the money is back in the payable
    "balance_insufficient": "The community's balance with the provider is too low. Top it up; the next payout pays it.",
    "account_invalid": "The provider knows no such account, or it is not connected to the community's. Correct the payee.",
    "resource_missing": "The provider knows no such account. Correct the payee.",
    "account_closed": "The payee's account is closed. Give another one.",
    "account_number_invalid": "The payee's account number is invalid. Correct the payee.",
    "insufficient_capabilities_for_transfer": "The payee's account may not take transfers yet. They must finish what the provider asks of them.",
    "transfers_not_allowed": "The community's account may not make this transfer. Ask the provider.",
    "country_unsupported": "The provider does not pay to the country of the payee's account.",
    "currency_not_supported": "The provider does not pay this currency to the payee's account.",
    "invalid_currency": "The payee's bank account does not take this currency.",
    "amount_too_small": "The amount is below the least that the provider transfers. It waits for the next payout.",
    "amount_too_large": "The amount is above the most that the provider transfers.",
    "amount_not_whole": "The amount is not a whole number of the units in which the provider takes this currency.",
    "not_allowed_on_standard_account": "The payee's kind of account may not take this transfer.",
    "payouts_not_allowed": "The provider has stopped paying this account. Ask the provider.",
    "payouts_limit_exceeded": "The provider's limit for the community's account is reached. The next payout pays it.",
    "parameter_invalid_empty": "The provider did not understand what it was asked.",
    "parameter_invalid_integer": "The provider did not understand what it was asked.",
    "parameter_missing": "The provider did not understand what it was asked.",
    "parameter_unknown": "The provider did not understand what it was asked.",
    # nobody knows, and it is asked again under the same id
    "no_answer": "The provider did not answer; it may have been done. It is asked again and is done once.",
    "api_error": "The provider has trouble of its own. It is asked again and is done once.",
    "rate_limit": "The provider was asked too often. It is asked again later.",
    "lock_timeout": "The provider was busy with the same thing. It is asked again later.",
    "idempotency_error": "The payee was changed while nobody knew how this ended. The provider is asked again for a day, and then whether it was done.",
    "idempotency_key_in_use": "The provider is at it already. It is asked again later.",
    "api_key_expired": "The community's key with the provider is not valid any more. Set a new one.",
    "platform_api_key_expired": "The community's key with the provider is not valid any more. Set a new one.",
    "authentication_error": "The provider does not take the community's key. Set the right one.",
    "permission_error": "The community's key with the provider may not do this. Give it the right.",
    "livemode_mismatch": "The key is for trials and the account is real, or the other way round.",
    "platform_account_required": "The key is not that of a platform account.",
    "secret_key_required": "The key is a public one. Set the secret one.",
    # the transfer stands, and the payee's bank did not take what the provider paid on
    "account_frozen": "The payee's bank account is frozen. They must talk to their bank.",
    "bank_account_restricted": "The payee's bank account takes no such payments. They must give the provider another one.",
    "bank_ownership_changed": "The payee's bank was taken over, and the account is not valid any more. They must give the provider another one.",
    "could_not_process": f"The payee's bank could not process it. {_DETAILS}",
    "debit_not_authorized": "The payee's bank account does not take debits, which the provider asks for.",
    "declined": "The payee's bank declined it. They must talk to their bank.",
    "expired_card": "The payee's card has expired. They must give the provider another one.",
    "incorrect_account_holder_address": f"The address of the bank account's holder is wrong. {_DETAILS}",
    "incorrect_account_holder_name": f"The name of the bank account's holder is wrong. {_DETAILS}",
    "incorrect_account_holder_tax_id": f"The tax number of the bank account's holder is wrong. {_DETAILS}",
    "insufficient_funds": "The payee's balance with the provider is too low for what was to go on to their bank.",
    "invalid_account_number": f"The bank account's number is invalid. {_DETAILS}",
    "invalid_account_number_length": f"The bank account's number has too many or too few digits. {_DETAILS}",
    "no_account": f"There is no such bank account. {_DETAILS}",
    "unsupported_card": "The payee's card takes no payments. They must give the provider another one.",
}  # fmt: skip
OPEN_REASONS: Final = frozenset(
    (
        "no_answer", "api_error", "rate_limit", "lock_timeout", "idempotency_error", "idempotency_key_in_use",
        "api_key_expired", "platform_api_key_expired", "authentication_error", "permission_error", "livemode_mismatch",
        "platform_account_required", "secret_key_required",
    )
)  # fmt: skip
"""Those after which the same is asked again: none of them says that it was not done, or will not be."""


def explanation(reason: str | None) -> str | None:
    """Return what a code means; None for none.

    >>> explanation("something_new")
    'The provider says: something_new.'
    """
    return REASONS.get(reason, f"The provider says: {reason}.") if reason else None
