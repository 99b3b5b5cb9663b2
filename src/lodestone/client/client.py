"""The two shells round `calls`: one that waits, one that is awaited. What they say is written once.

Each method is a call of the same name: `client.feed("ann")` sends `calls.feed("ann")`.
"""

import asyncio
import copy
import functools
import time
from collections.abc import Awaitable, Callable, Coroutine
from random import Random, SystemRandom
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

import httpx

from lodestone.client import calls, commenting, judgement, relations
from lodestone.client.attempt import Answer, Attempt, Call, Fault, Heard, Request, Retries
from lodestone.client.outbox import Flushed, Outbox

Given = ParamSpec("Given")
Result = TypeVar("Result")
_USUAL: Final = Retries()
_UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


Carry = Callable[[Request, Callable[[Request], Awaitable[Heard]]], Awaitable[Heard]]
"""Makes an exchange, by the one it is given or otherwise."""


class _Desk:
    """What both shells know: whom they speak for, and how patient they are."""

    def __init__(self, key: str, community: str | None, retries: Retries, chance: Random) -> None:
        self._headers = {b"Authorization": f"Bearer {key}".encode()}
        if community is not None:
            # As bytes: an id may hold any printable character, and httpx would refuse it as text.
            self._headers[b"X-Community"] = community.encode()
        self._retries = retries
        self._chance = chance

    def attempt(self, call: Call[Result]) -> Attempt[Result]:
        """Begin a call; all its tries are one request."""
        headers = self._headers
        if call.content is not None:
            headers = {**headers, b"Content-Type": call.kind.encode()}
        if call.keyed:
            token = f"{self._chance.getrandbits(128):032x}"
            headers = {**headers, b"Idempotency-Key": token.encode()}
        request = Request(call.method, call.path, call.content, headers)
        return Attempt(call, request, self._retries, self._chance)


def _now(
    build: Callable[Given, Call[Result]],
) -> "Callable[Concatenate[Client, Given], Result]":
    @functools.wraps(build)
    def ask(self: "Client", /, *args: Given.args, **options: Given.kwargs) -> Result:
        return self.send(build(*args, **options))

    return ask


def _soon(
    build: Callable[Given, Call[Result]],
) -> "Callable[Concatenate[AsyncClient, Given], Coroutine[Any, Any, Result]]":
    @functools.wraps(build)
    async def ask(self: "AsyncClient", /, *args: Given.args, **options: Given.kwargs) -> Result:
        return await self.send(build(*args, **options))

    return ask


class Client:
    """Asks for one community with one key, and waits for each answer.

    Args:
        http: Knows the base address.
        key: A community's key, or the operator's.
        community: Which one an operator's key means.
        retries: How often and how long to wait for a busy engine.
        sleep: Waits between tries, seconds.
        chance: Spreads the waits and draws idempotency keys.
    """

    def __init__(
        self,
        http: httpx.Client,
        key: str,
        community: str | None = None,
        *,
        retries: Retries = _USUAL,
        sleep: Callable[[float], None] = time.sleep,
        chance: Random | None = None,
    ) -> None:
        assert isinstance(http, httpx.Client), "an httpx.AsyncClient belongs to AsyncClient"
        self._http = http
        self._desk = _Desk(key, community, retries, chance or SystemRandom())
        self._sleep = sleep

    @classmethod
    def at(cls, address: str, key: str, *, timeout_seconds: float = 10.0) -> Self:
        """Open a client of the engine at an address such as `http://127.0.0.1:8000`; close it after use."""
        return cls(httpx.Client(base_url=address, timeout=timeout_seconds), key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def send(self, call: Call[Result]) -> Result:
        """Make a call.

        Raises:
            ClientError: It was refused, or the engine stayed busy or silent.
        """
        attempt = self._desk.attempt(call)
        while (wait := attempt.after(heard := self._exchange(attempt.request))) is not None:
            self._sleep(wait)
        return attempt.result(heard)

    def _exchange(self, request: Request) -> Heard:
        try:
            return _heard(
                self._http.request(
                    request.method, request.path, content=request.content, headers=request.headers
                )
            )
        except httpx.TransportError as error:
            return _fault(error)

    def flush(self, outbox: Outbox) -> Flushed:
        """Send all that an outbox holds, in order.

        Raises:
            ClientError: The rest could not be sent, and stays in the outbox.
        """
        flushed = Flushed()
        while (taken := outbox.batch()) is not None:
            try:
                verdicts = self.send(calls.batch(taken.body))
            except BaseException:
                outbox.give_back()
                raise
            flushed += outbox.settle(taken, verdicts)
        return flushed

    ask = _now(calls.ask)
    communities = _now(calls.communities)
    community = _now(calls.community)
    put_community = _now(calls.put_community)
    create_key = _now(calls.create_key)
    keys = _now(calls.keys)
    revoke_key = _now(calls.revoke_key)
    advance = _now(calls.advance)
    create_session = _now(calls.create_session)
    put_person = _now(calls.put_person)
    put_people = _now(calls.put_people)
    person = _now(calls.person)
    people = _now(calls.people)
    erase_person = _now(calls.erase_person)
    export_person = _now(calls.export_person)
    follow = _now(relations.follow)
    unfollow = _now(relations.unfollow)
    block = _now(relations.block)
    unblock = _now(relations.unblock)
    mute = _now(relations.mute)
    unmute = _now(relations.unmute)
    hide_ads = _now(relations.hide_ads)
    show_ads = _now(relations.show_ads)
    edges = _now(relations.edges)
    put_item = _now(calls.put_item)
    put_items = _now(calls.put_items)
    item = _now(calls.item)
    items = _now(calls.items)
    withdraw_item = _now(calls.withdraw_item)
    put_media = _now(calls.put_media)
    put_comment = _now(commenting.put_comment)
    comment = _now(commenting.comment)
    delete_comment = _now(commenting.delete_comment)
    like_comment = _now(commenting.like_comment)
    unlike_comment = _now(commenting.unlike_comment)
    report_comment = _now(commenting.report_comment)
    comments = _now(commenting.comments)
    replies = _now(commenting.replies)
    put_domain = _now(calls.put_domain)
    domain = _now(calls.domain)
    domains = _now(calls.domains)
    delete_domain = _now(calls.delete_domain)
    join = _now(calls.join)
    leave = _now(calls.leave)
    members = _now(calls.members)
    add_moderator = _now(calls.add_moderator)
    remove_moderator = _now(calls.remove_moderator)
    moderators = _now(calls.moderators)
    feed = _now(calls.feed)
    events = _now(calls.events)
    receipt = _now(judgement.receipt)
    replay = _now(judgement.replay)
    trace = _now(judgement.trace)
    policy = _now(judgement.policy)
    policies = _now(judgement.policies)
    put_policy = _now(judgement.put_policy)
    use_preset = _now(judgement.use_preset)
    rollback_policy = _now(judgement.rollback_policy)
    dry_run = _now(judgement.dry_run)
    promises = _now(judgement.promises)
    liu = _now(judgement.liu)
    flow = _now(judgement.flow)
    exposure = _now(judgement.exposure)


class AsyncClient:
    """The same, awaited. See `Client`; a transport into an application of the same process will do."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: str,
        community: str | None = None,
        *,
        retries: Retries = _USUAL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Random | None = None,
    ) -> None:
        assert isinstance(http, httpx.AsyncClient), "an httpx.Client belongs to Client"
        self._http = http
        self._desk = _Desk(key, community, retries, chance or SystemRandom())
        self._sleep = sleep
        self.carry: Carry | None = None
        """Makes every exchange; None where this client does itself."""

    def carried(self, carry: "Carry") -> Self:
        """Return a client as this one, each of whose exchanges is made by `carry(request, exchange)`."""
        other = copy.copy(self)
        other.carry = carry
        return other

    @classmethod
    def at(cls, address: str, key: str, *, timeout_seconds: float = 10.0) -> Self:
        """Open a client of the engine at an address such as `http://127.0.0.1:8000`; close it after use."""
        return cls(httpx.AsyncClient(base_url=address, timeout=timeout_seconds), key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def send(self, call: Call[Result]) -> Result:
        """Make a call. See `Client.send`."""
        attempt = self._desk.attempt(call)
        while (wait := attempt.after(heard := await self._exchange(attempt.request))) is not None:
            await self._sleep(wait)
        return attempt.result(heard)

    async def _exchange(self, request: Request) -> Heard:
        if self.carry is not None:
            return await self.carry(request, self._sent)
        return await self._sent(request)

    async def _sent(self, request: Request) -> Heard:
        try:
            return _heard(
                await self._http.request(
                    request.method, request.path, content=request.content, headers=request.headers
                )
            )
        except httpx.TransportError as error:
            return _fault(error)

    async def flush(self, outbox: Outbox) -> Flushed:
        """Send all that an outbox holds, in order. See `Client.flush`."""
        flushed = Flushed()
        while (taken := outbox.batch()) is not None:
            try:
                verdicts = await self.send(calls.batch(taken.body))
            except BaseException:
                outbox.give_back()
                raise
            flushed += outbox.settle(taken, verdicts)
        return flushed

    ask = _soon(calls.ask)
    communities = _soon(calls.communities)
    community = _soon(calls.community)
    put_community = _soon(calls.put_community)
    create_key = _soon(calls.create_key)
    keys = _soon(calls.keys)
    revoke_key = _soon(calls.revoke_key)
    advance = _soon(calls.advance)
    create_session = _soon(calls.create_session)
    put_person = _soon(calls.put_person)
    put_people = _soon(calls.put_people)
    person = _soon(calls.person)
    people = _soon(calls.people)
    erase_person = _soon(calls.erase_person)
    export_person = _soon(calls.export_person)
    follow = _soon(relations.follow)
    unfollow = _soon(relations.unfollow)
    block = _soon(relations.block)
    unblock = _soon(relations.unblock)
    mute = _soon(relations.mute)
    unmute = _soon(relations.unmute)
    hide_ads = _soon(relations.hide_ads)
    show_ads = _soon(relations.show_ads)
    edges = _soon(relations.edges)
    put_item = _soon(calls.put_item)
    put_items = _soon(calls.put_items)
    item = _soon(calls.item)
    items = _soon(calls.items)
    withdraw_item = _soon(calls.withdraw_item)
    put_media = _soon(calls.put_media)
    put_comment = _soon(commenting.put_comment)
    comment = _soon(commenting.comment)
    delete_comment = _soon(commenting.delete_comment)
    like_comment = _soon(commenting.like_comment)
    unlike_comment = _soon(commenting.unlike_comment)
    report_comment = _soon(commenting.report_comment)
    comments = _soon(commenting.comments)
    replies = _soon(commenting.replies)
    put_domain = _soon(calls.put_domain)
    domain = _soon(calls.domain)
    domains = _soon(calls.domains)
    delete_domain = _soon(calls.delete_domain)
    join = _soon(calls.join)
    leave = _soon(calls.leave)
    members = _soon(calls.members)
    add_moderator = _soon(calls.add_moderator)
    remove_moderator = _soon(calls.remove_moderator)
    moderators = _soon(calls.moderators)
    feed = _soon(calls.feed)
    events = _soon(calls.events)
    receipt = _soon(judgement.receipt)
    replay = _soon(judgement.replay)
    trace = _soon(judgement.trace)
    policy = _soon(judgement.policy)
    policies = _soon(judgement.policies)
    put_policy = _soon(judgement.put_policy)
    use_preset = _soon(judgement.use_preset)
    rollback_policy = _soon(judgement.rollback_policy)
    dry_run = _soon(judgement.dry_run)
    promises = _soon(judgement.promises)
    liu = _soon(judgement.liu)
    flow = _soon(judgement.flow)
    exposure = _soon(judgement.exposure)


def _heard(answer: httpx.Response) -> Answer:
    return Answer(answer.status_code, answer.headers, answer.content, answer.reason_phrase)


def _fault(error: httpx.TransportError) -> Fault:
    reason = f"{type(error).__name__} {error}".strip()
    return Fault(reason, sent=not isinstance(error, _UNSENT))
