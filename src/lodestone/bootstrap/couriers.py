"""Couriers: each open community's webhooks are carried in threads of their own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final

from lodestone.base.chance import Streams
from lodestone.base.clock import Clock
from lodestone.base.serving import begin_serving
from lodestone.commerce.reach import Reach
from lodestone.services.community.community import Engine
from lodestone.services.support.tasks import endless, start
from lodestone.services.webhooks.deliveries import ROUND, Courier
from lodestone.stores.external.webhook_post import HttpSender

LOOK_SECONDS: Final = 1.0
"""How soon what has happened is told."""
_THREADS: Final = 8
"""Webhooks that are served at once; one that answers slowly holds up no other but itself."""
WEBHOOKS: Final = "webhooks"
"""The job of telling webhooks; its rows are their ids."""


class WebhookDispatcher:
    """Starts and stops the courier of every community."""

    def __init__(self, reach: Reach, wall: Clock, streams: Streams) -> None:
        self.reach = reach
        self._sender = HttpSender(reach)
        self._wall = wall
        self._chance = streams.of("webhooks").random
        # Not the event loop's own threads: those write orders.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")
        self._couriers: dict[str, Courier] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    def of(self, community: str) -> Courier:
        """Return the courier of an open community."""
        return self._couriers[community]

    def open(self, engine: Engine) -> None:
        """Carry a community's webhooks until `close`."""
        courier = Courier(
            engine.parts.records,
            engine.community,
            self._sender,
            wall=self._wall,
            chance=self._chance,
        )
        self._couriers[engine.community.id] = courier
        self._tasks[engine.community.id] = endless(
            "courier", partial(self._carry, engine, courier), engine.failures
        )

    async def close(self, engine: Engine) -> None:
        """Stop; what is under way is finished, and what is not sent yet is sent after the next start."""
        task = self._tasks.pop(engine.community.id)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        mine = [courier for key, courier in self._running.items() if key[0] == engine.community.id]
        await asyncio.gather(*mine, return_exceptions=True)
        del self._couriers[engine.community.id]

    def stop(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=True)

    async def _carry(self, engine: Engine, courier: Courier) -> None:
        begin_serving()
        loop = asyncio.get_running_loop()

        async def look() -> None:
            for name in await loop.run_in_executor(self._threads, courier.active):
                key = (engine.community.id, name)
                if key not in self._running and not engine.failures.waits(WEBHOOKS, name):
                    self._running[key] = start(
                        "carrying", self._serve(courier, engine, name), engine.failures
                    )

        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await engine.failures.attempt(WEBHOOKS, look)

    async def _serve(self, courier: Courier, engine: Engine, name: str) -> None:
        """Send what is due to one webhook, round after round while there is a full round of it."""
        loop = asyncio.get_running_loop()
        try:
            sent = ROUND
            while sent >= ROUND and engine.community.id in self._tasks:
                sent = await loop.run_in_executor(self._threads, courier.round, name, engine.now())
        except Exception as error:  # noqa: BLE001  whatever ails one webhook is no trouble of the others
            engine.failures.failed(WEBHOOKS, error, name)
        else:
            engine.failures.done(WEBHOOKS, name)
        finally:
            self._running.pop((engine.community.id, name), None)
