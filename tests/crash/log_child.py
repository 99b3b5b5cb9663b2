"""A process that appends for ever and says on its output what was acknowledged, to be killed.

Each turn asks for one receipt and one batch; after both are durable it writes one line at once.
"""

import asyncio
import os
import sys
from pathlib import Path

import numpy as np

from lodestone.events.facts import empty_facts
from lodestone.stores.log.sqlite import SqliteLog

BATCH = 50


async def main(path: Path, turns: int, workers: int) -> None:
    log = SqliteLog.open(path, secret=b"child")
    first = log.receipt_next()
    numbers = iter(range(first, first + turns))

    async def work() -> None:
        for number in numbers:
            facts = empty_facts(BATCH)
            facts["key"], facts["slot"] = number, np.arange(BATCH)
            recorded = log.record(number, b"who %d" % number, b"what %d" % number * 40)
            offset = await log.append(facts)
            await recorded
            os.write(1, b"ack %d %d\n" % (number, offset))

    await asyncio.gather(*(work() for _ in range(workers)))
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
