"""What nothing could beat here: a bare HTTP answer, a bare sync, one pass over the rows."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import uvicorn

from lodestone.features.layout import ITEM

ANSWER = b"x" * 4500


async def constant(scope, receive, send):
    """Answer every request with a constant of the size of a feed."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def serve_constant(port: int) -> None:
    """Serve the constant until killed."""
    uvicorn.run(
        constant, port=port, loop="uvloop", http="httptools", log_level="critical", access_log=False
    )


def sync_floor(size: int = 4096, count: int = 300) -> list[float]:
    """Return seconds of each append-and-sync of `size` bytes."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=Path.cwd()) as file:
        block = os.urandom(size)
        for _ in range(count):
            begun = time.perf_counter()
            file.write(block)
            file.flush()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return taken


def memory_pass(items: int, candidates: int = 740, repeats: int = 200) -> list[float]:
    """Return seconds of reading the rows of one decision's candidates once, cold in cache."""
    rows = np.zeros(items, ITEM)
    rows["created"] = np.arange(items)
    chance = np.random.default_rng(3)
    taken = []
    for _ in range(repeats):
        chosen = chance.integers(0, items, candidates)
        begun = time.perf_counter()
        rows.view(np.uint8).reshape(items, -1)[chosen].sum()
        taken.append(time.perf_counter() - begun)
    return taken


if __name__ == "__main__":
    asyncio.set_event_loop_policy(None)
    serve_constant(int(sys.argv[1]))
