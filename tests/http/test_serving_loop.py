"""What serves runs on the event loop that was measured for it."""

import asyncio

import uvloop

from lodestone import bootstrap


def test_a_server_runs_on_libuv_s_event_loop():
    loops = []

    async def main():
        loops.append(asyncio.get_running_loop())

    bootstrap.run(main())

    assert isinstance(loops[0], uvloop.Loop)
