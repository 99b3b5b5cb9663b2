"""The port to whoever moves real money, and the two providers that are built in.

A provider is asked under an id of ours and does a thing at most once, however often it is asked. What it answers
may be late, double or wrong; the book only follows what it said, never what we hoped.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, Literal, Protocol, runtime_checkable

from lodestone.base.money import Micros

Purpose = Literal["charge", "refund", "release", "payout"]
MANUAL: Final = "manual"
TRIAL: Final = "trial"


class PaymentState(Enum):
    """What a provider says of an instruction."""

    DONE = "done"
    DECLINED = "declined"
    WAITING = "waiting"
    """Taken, and somebody or something will say how it ended."""
    UNKNOWN = "unknown"
    """No answer came in time: it may have been done. Look it up; never assume."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a provider is asked to do."""

    id: str
    """Ours; the same again is the same instruction."""
    purpose: Purpose
    amount: Micros
    currency: str
    party: str
    """From whom, or to whom."""
    account: str = ""
    """Theirs at the provider, where it pays to such accounts."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider says of the instruction with an id."""

    id: str
    state: PaymentState
    amount: Micros
    """What was truly moved, which may not be what was asked; 0 unless done."""
    reference: str = ""
    """The provider's own id."""
    returned: int = 0
    """Micros of it that came back since, all together."""
    reason: str = ""
    """Why it was declined or is unknown, by the provider's own code."""


class PaymentProvider(Protocol):
    """Moves real money. Adapters add their own timeouts and answer `UNKNOWN` after them."""

    @property
    def name(self) -> str:
        """Return the name under which the book keeps its accounts: `provider:NAME`."""
        ...

    @property
    def pays_accounts(self) -> bool:
        """Say whether it only pays out, to accounts that payees have with it, and is asked again until it answers.

        Any other is looked up once it was asked.
        """
        ...

    async def ask(self, instruction: Instruction) -> Reply:
        """Ask for something, again if need be: under one id it happens at most once."""
        ...

    async def look_up(self, instruction_id: str) -> Reply:
        """Say how an instruction stands; `DECLINED` when the provider never heard of it."""
        ...


@dataclass(frozen=True, slots=True)
class PayeeNews:
    """How the last payment from a payee's account at a provider to their bank went."""

    account: str
    trouble: str
    """The provider's code of what went wrong; empty when it went well."""


@runtime_checkable
class SignedProvider(PaymentProvider, Protocol):
    """A provider that tells by itself how things stand, and signs what it tells."""

    def hear(self, body: bytes, headers: Mapping[str, str]) -> Reply | PayeeNews | None:
        """Read what it tells; None for what is of no concern here.

        Raises:
            UnauthorisedError: `signature_wrong`: nobody who knows the secret signed it, or did so too long ago.
            InvalidError: `event_invalid`: it is signed and cannot be read.
        """
        ...


@dataclass(slots=True)
class ManualProvider:
    """People move the money and say so: by a file, at a counter, in a bank's own program."""

    name: str = MANUAL
    pays_accounts: bool = False

    async def ask(self, instruction: Instruction) -> Reply:
        """See `PaymentProvider.ask`: it always waits for somebody to say how it ended."""
        return Reply(instruction.id, PaymentState.WAITING, Micros(0))

    async def look_up(self, instruction_id: str) -> Reply:
        """See `PaymentProvider.look_up`: nobody but a person knows."""
        return Reply(instruction_id, PaymentState.WAITING, Micros(0))


class Behaviour(Enum):
    """Every way in which the trial provider can treat an instruction."""

    DONE = "done"
    DECLINED = "declined"
    LOST = "lost"
    """No answer, and nothing was done."""
    UNHEARD = "unheard"
    """No answer, and yet it was done."""
    LATE = "late"
    """No answer, looking it up finds it waiting, and it succeeds by callback only."""
    DOUBLE = "double"
    """Done, and told three times over."""
    SHORT = "short"
    """Done with less than was asked."""
    OVER = "over"
    """Done with more than was asked."""
    REVIVED = "revived"
    """Declined, and then done after all."""


@dataclass(slots=True)
class TrialProvider:
    """Fails in every way a real one can, by order; `moved` is what truly happened."""

    name: str = TRIAL
    pays_accounts: bool = False
    usual: Behaviour = Behaviour.DONE
    behaviour: dict[str, Behaviour] = field(default_factory=dict)
    """By instruction; `usual` where nothing is said."""
    moved: dict[str, int] = field(default_factory=dict)
    callbacks: deque[Reply] = field(default_factory=deque)
    """What it will tell by itself, in this order."""
    _known: dict[str, Reply] = field(default_factory=dict)

    async def ask(self, instruction: Instruction) -> Reply:
        """See `PaymentProvider.ask`."""
        how = self.behaviour.get(instruction.id, self.usual)
        known = self._known.get(instruction.id)
        if known is None and how is not Behaviour.LOST:
            known = self._do(instruction, how)
        silent = how in (Behaviour.LOST, Behaviour.UNHEARD, Behaviour.LATE)
        if known is None or silent:
            return Reply(instruction.id, PaymentState.UNKNOWN, Micros(0))
        return known

    async def look_up(self, instruction_id: str) -> Reply:
        """See `PaymentProvider.look_up`."""
        declined = Reply(instruction_id, PaymentState.DECLINED, Micros(0))
        return self._known.get(instruction_id, declined)

    def _do(self, asked: Instruction, how: Behaviour) -> Reply:
        off = {Behaviour.SHORT: -1, Behaviour.OVER: 1}.get(how, 0)
        amount = Micros(asked.amount + off * max(1, asked.amount // 10))
        done = Reply(asked.id, PaymentState.DONE, amount, f"trial-{asked.id}")
        declined = replace(done, state=PaymentState.DECLINED, amount=Micros(0))
        first = {
            Behaviour.DECLINED: declined,
            Behaviour.REVIVED: declined,
            Behaviour.LATE: replace(declined, state=PaymentState.WAITING),
        }.get(how, done)
        if how is not Behaviour.DECLINED:
            self.moved[asked.id] = amount
        if how in (Behaviour.LATE, Behaviour.REVIVED):
            self.callbacks.append(done)
        self.callbacks.extend([first] * (3 if how is Behaviour.DOUBLE else 0))
        self._known[asked.id] = first
        return first
