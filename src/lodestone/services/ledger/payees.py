"""Where payees have themselves paid, what providers say by themselves, and money brought to one to pay out from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from lodestone.base.errors import ConflictError, InvalidError, Problem, UnknownError
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import Money as Amount
from lodestone.ledger.chart import AccountKind, Code, provider
from lodestone.ledger.payout_reasons import explanation
from lodestone.ledger.transfers import Outcome, Transfer, transfer_id
from lodestone.services.ledger.payouts import Payouts
from lodestone.services.ledger.posting import Money
from lodestone.services.ledger.statements import Statements, transfer_text
from lodestone.stores.external.payment_providers import (
    PayeeNews,
    PaymentProvider,
    Reply,
    SignedProvider,
)
from lodestone.stores.payees.port import Payee
from lodestone.stores.ports import Records

_PARTIES: Final = ("shop", "person")
"""Kinds of parties that are paid out."""


class PayeeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A party's account at a provider, to which payouts by it go."""

    party: str
    provider: str
    account: str
    """By the provider's own id."""
    trouble: str | None
    """The provider's code of what last kept money from reaching their bank; null for nothing."""
    explanation: str | None
    """What that means."""


class FundsOut(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was brought from one provider to another."""

    id: str
    """The transfer's."""
    giver: str = msgspec.field(name="from")
    taker: str = msgspec.field(name="to")
    amount: Amount


@dataclass(frozen=True, slots=True)
class Payees:
    """The payees of one community."""

    money: Money
    records: Records
    books: Statements
    providers: Mapping[str, PaymentProvider]
    payouts: Payouts

    async def put(self, party: str, provider_name: str, account: str) -> tuple[PayeeOut, bool]:
        """Write where a party has itself paid; return it, and whether it is new.

        Raises:
            InvalidError: `party_invalid`: nobody who is paid out; `provider_unknown`: none that pays to accounts.
            UnknownError: `shop_unknown`, `person_unknown`.
        """
        self._paying(provider_name)
        return await self.records.threads.write(self._put, party, provider_name, account)

    def _put(self, party: str, provider_name: str, account: str) -> tuple[PayeeOut, bool]:
        payee = Payee(self._inside(party), provider_name, account)
        new = self.records.put_payee(self.money.community, payee)
        return self._shown(payee), new

    async def drop(self, party: str, provider_name: str) -> None:
        """Forget where a party has itself paid; nothing where that is not known. Raises as `put`."""
        await self.records.threads.write(self._drop, party, provider_name)

    def _drop(self, party: str, provider_name: str) -> None:
        self.records.drop_payee(self.money.community, self._inside(party), provider_name)

    def list(self, party: str | None) -> list[PayeeOut]:
        """Return payees by party and provider, of one party if given. Raises UnknownError `person_unknown`."""
        inside = None if party is None else self.books.inside(party)
        return [self._shown(payee) for payee in self.records.payees(self.money.community, inside)]

    async def hear(self, provider_name: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Follow what a provider tells by itself, however late and however often; what is not ours changes nothing.

        Raises:
            UnknownError: `provider_unknown`: none that tells anything.
            UnauthorisedError, InvalidError: As `SignedProvider.hear`.
            ConflictError: As `PayoutResults.told`.
        """
        telling = self.providers.get(provider_name)
        if not isinstance(telling, SignedProvider):
            raise UnknownError("provider_unknown", "there is no such provider that tells anything")
        news = telling.hear(body, headers)
        if isinstance(news, Reply):
            try:
                await self.payouts.hear(news)
            except UnknownError:
                return  # another community's of the same account at the provider
        elif isinstance(news, PayeeNews):
            await self.records.threads.write(
                self.records.note_trouble,
                self.money.community,
                provider_name,
                news.account,
                news.trouble,
            )

    async def fund(self, giver: str, taker: str, amount: Amount, token: str | None) -> FundsOut:
        """Book money that the operator has brought from one provider to another.

        Args:
            giver: The provider that has it no more.
            taker: The one that has it now.
            amount: Whole coins of the community's currency.
            token: The idempotency key, for good; None: a transfer of its own.

        Raises:
            InvalidError: `provider_unknown`, `currency_mismatch`, `amount_not_positive`, `amount_not_whole`.
            ConflictError: `funds_replayed`: the key was used for something else; `funds_refused`: the giver holds less.
        """
        money = self.money
        for name, field in ((giver, "from"), (taker, "to")):
            if name not in self.providers:
                raise _refused(
                    "provider_unknown", field, f"is one of {', '.join(sorted(self.providers))}"
                )
        if giver == taker:
            raise _refused("provider_unknown", "to", "is another provider than the one before")
        if amount.currency != money.currency:
            raise _refused("currency_mismatch", "amount", f"is in {money.currency}")
        if amount.micros <= 0:
            raise _refused("amount_not_positive", "amount", "is above zero")
        if amount.micros % minor_unit(money.currency):
            raise _refused("amount_not_whole", "amount", "is a whole number of coins")
        if token is None:
            token = await self.records.threads.read(self.records.fresh_token)
        giving = money.account(AccountKind.PROVIDER_CLEARING, provider(giver))
        taking = money.account(AccountKind.PROVIDER_CLEARING, provider(taker))
        made = Transfer(
            transfer_id("provider funds", token), taking.id, giving.id, Micros(amount.micros),
            Code.PROVIDER_FUNDED,
        )  # fmt: skip
        now = money.now()
        outcome = await self.records.threads.write(
            self.records.post_funds, money.community, made, (giver, taker),
            opening=[giving, taking], now=now, today=money.today(),
        )  # fmt: skip
        if not outcome.stands:
            replayed = Outcome.EXISTS_WITH_DIFFERENT_KIND <= outcome < Outcome.EXISTS
            code = "funds_replayed" if replayed else "funds_refused"
            raise ConflictError(code, f"the book does not take it: {outcome.name.lower()}")
        return FundsOut(id=transfer_text(made.id), giver=giver, taker=taker, amount=amount)

    def _paying(self, name: str) -> None:
        able = sorted(key for key, paying in self.providers.items() if paying.pays_accounts)
        if name not in able:
            cure = (
                f"is one of {', '.join(able)}" if able else "pays to accounts; none is set up here"
            )
            raise _refused("provider_unknown", "provider", cure)

    def _inside(self, party: str) -> str:
        kind, _, name = party.partition(":")
        if kind not in _PARTIES or not name:
            raise _refused("party_invalid", "party", "is shop:ID or person:ID")
        if kind == "shop":
            self.records.shop(self.money.community, name)
        return self.books.inside(party)

    def _shown(self, payee: Payee) -> PayeeOut:
        return PayeeOut(
            party=self.books.outside(payee.party), provider=payee.provider, account=payee.account,
            trouble=payee.trouble or None, explanation=explanation(payee.trouble),
        )  # fmt: skip


def payees_of(
    money: Money, records: Records, books: Statements, providers: Mapping[str, PaymentProvider]
) -> Payees:
    """Return the payees of a community, and its payouts, which go to them."""

    def account(party: str, name: str) -> str | None:
        theirs = records.payees(money.community, party)
        return next((payee.account for payee in theirs if payee.provider == name), None)

    payouts = Payouts(money, providers, books.outside, account)
    return Payees(money, records, books, providers, payouts)


def _refused(code: str, field: str, cure: str) -> InvalidError:
    return InvalidError(code, f"{field} {cure}.", (Problem(field, cure),))
