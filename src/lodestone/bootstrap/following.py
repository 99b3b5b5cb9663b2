"""What a process knows of keys: read at its start, followed while it serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from lodestone.services.access import Access
from lodestone.services.support.tasks import endless


@asynccontextmanager
async def following(access: Access) -> AsyncIterator[Access]:
    """Let access know what holds, and what other processes change, while the block runs.

    Raises:
        UnavailableError: The records do not answer at the start.
    """
    await access.start()
    task = endless("following keys", access.follow)
    try:
        yield access
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        access.close()
