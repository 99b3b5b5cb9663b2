"""The real application on a real socket, in a thread of its own; it can be stopped and started again."""

import asyncio
import threading
from contextlib import contextmanager

import uvicorn

from tests.worlds.world import opened


class Serving(threading.Thread):
    """One run of a server. `fill` is awaited with the world before the first request is taken."""

    def __init__(self, home, *, port=0, fill=None, **more):
        super().__init__(daemon=True)
        self.home, self.port, self.fill, self.more = home, port, fill, more
        self.ready = threading.Event()
        self.failed = None

    def run(self):
        try:
            asyncio.run(self.main())
        except BaseException as error:  # told to the thread that waits
            self.failed = error
            raise
        finally:
            self.ready.set()

    async def main(self):
        async with opened(self.home, **self.more) as world:
            self.world = world
            if self.fill is not None:
                await self.fill(world)
            config = uvicorn.Config(
                world.app.asgi, port=self.port, lifespan="off", log_level="critical"
            )
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0)
            self.port = self.server.servers[0].sockets[0].getsockname()[1]
            self.ready.set()
            await serving

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.server.should_exit = True
        self.join(30)
        assert not self.is_alive()


async def warmed(world):
    """Decide once before the first client asks: kernels may have to be compiled, which outlasts a client's patience."""
    await world.put("/v1/people/first", {}, status=201)
    await world.feed("first")
    await world.ask("DELETE", "/v1/people/first", status=204)


@contextmanager
def serving(home, **more):
    """Serve a home while the block runs."""
    one = Serving(home, **more)
    one.start()
    assert one.ready.wait(60)
    assert one.failed is None, one.failed
    try:
        yield one
    finally:
        one.stop()
