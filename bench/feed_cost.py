"""Processor time of a feed over HTTP, by thread: two checkouts in turn, on the same cores at the same time.

    python bench/feed_cost.py BEFORE NOW --rounds 9
    python bench/feed_cost.py NOW --stages          one checkout, by stage

Each checkout serves the same community from a process of its own; a round is some hundred feeds over a few
connections that are kept alive, and which of the two goes first changes with every round. Read are the threads' own
clocks of processor time, so that other load on the machine moves the figures little; all checkouts share one core.

Stages are timed inside the serving process with a clock read at every border, which costs some microseconds each.
"""

# ruff: noqa: PLC0415  a child imports its own checkout
import argparse
import asyncio
import functools
import importlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

STAGES = (
    ("HTTP in", "lodestone.bootstrap.protocol", "GuardedProtocol.data_received"),
    ("HTTP out", "uvicorn.protocols.http.httptools_impl", "RequestResponseCycle.send"),
    ("door", "uvicorn.protocols.http.httptools_impl", "RequestResponseCycle.run_asgi"),
    ("decode", "lodestone.serve.http.asgi", "decode"),
    ("feed itself", "lodestone.services.community.community", "Engine.feed"),
    ("hydrate", "lodestone.services.feed.hydrate", "Hydrator.viewer"),
    ("hydrate", "lodestone.services.community.community", "Engine.setting"),
    ("decide itself, prices", "lodestone.services.feed.pipeline", "Decider.decide"),
    ("marks", "lodestone.services.feed.marking", "Marker.mark"),
    ("sources", "lodestone.services.feed.pipeline", "viewer_vector"),
    ("sources", "lodestone.services.feed.pipeline", "Decider._score"),
    ("sources", "lodestone.services.feed.sources", "Sources.gather"),
    ("vector index", "lodestone.services.feed.sources", "Sources._taste"),
    ("filters", "lodestone.services.feed.pipeline", "Decider._sift"),
    ("filters", "lodestone.services.feed.pipeline", "Decider._deepen"),
    ("values", "lodestone.services.feed.pipeline", "Decider._terms"),
    ("values", "lodestone.services.feed.pipeline", "Decider._chances"),
    ("slots", "lodestone.services.feed.pipeline", "fill_slots"),
    ("close", "lodestone.services.feed.pipeline", "close"),
    ("receipt", "lodestone.services.community.community", "encode"),
    ("receipt", "lodestone.services.community.community", "encode_who"),
    ("receipt", "lodestone.traffic.codec", "DecisionPacker.pack"),
    ("hand to the log", "lodestone.stores.log.sqlite", "SqliteLog.record"),
    ("hand to the log", "lodestone.stores.log.writer", "Writer._settle"),
    ("recently served", "lodestone.services.feed.recently_served", "RecentlyServed.add"),
    ("recently served", "lodestone.services.feed.recently_served", "RecentlyServed.rows"),
    ("answer", "lodestone.services.feed.response", "Answers.feed"),
    ("maintenance", "lodestone.services.pricing.maintenance", "Maintenance.work"),
)  # fmt: skip
"""Stage, module and function; what a checkout lacks is left out, and named."""


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("checkouts", type=Path, nargs="+")
    options.add_argument("--items", type=int, default=10_000)
    options.add_argument("--people", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--feeds", type=int, default=400, help="In a round.")
    options.add_argument("--stages", action="store_true")
    options.add_argument("--home", type=Path, help="A filled home is kept and used again.")
    options.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child is not None:
        from lodestone import bootstrap

        getattr(bootstrap, "run", asyncio.run)(serve(asked.child, timed=asked.stages))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(asked, Path(folder))), indent=1))


async def measure(asked, folder):
    paths = [path.resolve() for path in asked.checkouts]
    filled = asked.home or folder / "filled"
    if not filled.exists():
        from community import fill, warm

        with Child(paths[0], filled, stages=False) as server:
            await fill(server, asked)
            await warm(server, asked)
    children = []
    for number, path in enumerate(paths):
        shutil.copytree(filled, folder / str(number))
        children.append(Child(path, folder / str(number), stages=asked.stages))
    try:
        for number, child in enumerate(children):
            await feeds(child, asked, number)
        spent = [[] for _ in children]
        for number in range(asked.rounds):
            turn = list(range(len(children)))
            for which in reversed(turn) if number % 2 else turn:
                spent[which].append(await feeds(children[which], asked, 10 + number))
    finally:
        for child in children:
            child.close()
    return {
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)},
        "size": {"items": asked.items, "people": asked.people, "rounds": asked.rounds, "feeds": asked.feeds},
        "microseconds": [
            {name: spread([one.get(name, 0.0) for one in rounds]) for name in rounds[-1]} for rounds in spent
        ],
    }  # fmt: skip


def spread(values):
    if len(values) < 2:
        return round(values[0], 1)
    low, middle, high = statistics.quantiles(values)
    return {"least": round(min(values), 1), "quartiles": [round(v, 1) for v in (low, middle, high)]}


async def feeds(child, asked, seed):
    """Ask for a round of feeds; return processor microseconds a feed, by thread or by stage."""
    from community import feed_of
    from load import closed_loop

    before = child.clocks()
    run = await closed_loop(
        child.port, feed_of(child, asked, seed), count=asked.feeds, connections=8
    )
    assert not run.failures, run.first_failure
    after = child.clocks()
    return {name: (after[name] - before.get(name, 0)) / asked.feeds / 1000 for name in after}


class Child:
    """A checkout that serves a home, and its threads' clocks."""

    def __init__(self, path, home, *, stages):
        environment = {**os.environ, "PYTHONPATH": f"{path / 'src'}"}
        command = [sys.executable, __file__, str(path), "--child", str(home)]
        self.process = subprocess.Popen(
            [*command, "--stages"] if stages else command, cwd=path, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        ready = json.loads(self.process.stdout.readline())
        assert ready["source"].startswith(str(path)), ready
        self.port, self.key = ready["port"], ready["key"]

    def clocks(self):
        """Return nanoseconds of processor time so far, by name."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.terminate()
        self.process.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


async def serve(home, *, timed):
    """Serve a home of this process's checkout, and write its clocks for every line read."""
    from lodestone import bootstrap

    spent = {}
    if hasattr(os, "sched_setaffinity"):
        # All on one core: beside other load two cores are not equally fast, and a process tends to stay where it is.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if timed:
        _time_stages(spent)
    os.environ["LODESTONE_HOME"] = str(home)
    from lodestone.cli.reach import settings_of

    settings = bootstrap.listening(settings_of(home), None, 0)

    def ready(_app, port):
        key = (home / "operator.key").read_text().strip()
        print(json.dumps({"port": port, "key": key, "source": bootstrap.__file__}), flush=True)
        threading.Thread(target=_tell, args=(spent,), name="tell", daemon=True).start()

    await bootstrap.serve(settings, prepare=None, ready=ready, demo=None, accept_loss=False)


def _tell(spent):
    main = threading.main_thread()
    for _ in sys.stdin:
        clocks = {"process": time.process_time_ns()}
        for thread in threading.enumerate():
            name = "serving thread" if thread is main else thread.name.split("_")[0].split(" ")[0]
            clock = time.pthread_getcpuclockid(thread.ident)
            clocks[name] = clocks.get(name, 0) + time.clock_gettime_ns(clock)
        print(json.dumps(clocks | spent), flush=True)


def _time_stages(spent):
    """Wrap every stage so that it adds its own processor time, less that of stages within it."""
    within = [0]
    for stage, module, name in STAGES:
        place = importlib.import_module(module)
        *owner, last = name.split(".")
        for part in owner:
            place = getattr(place, part)
        if not hasattr(place, last):
            print(f"no {module}.{name} here", file=sys.stderr)
            continue
        wrap = _timed_coroutine if asyncio.iscoroutinefunction(getattr(place, last)) else _timed
        spent.setdefault(stage, 0)
        setattr(place, last, wrap(getattr(place, last), stage, spent, within))


def _timed(function, stage, spent, within):
    @functools.wraps(function)
    def timed(*args, **named):
        began, outer = time.thread_time_ns(), within[0]
        within[0] = 0
        try:
            return function(*args, **named)
        finally:
            took = time.thread_time_ns() - began
            spent[stage] += took - within[0]
            within[0] = outer + took

    return timed


def _timed_coroutine(function, stage, spent, within):
    """Time a coroutine's own steps: each `send` is timed like a call."""

    @functools.wraps(function)
    async def timed(*args, **named):
        return await _Steps(function(*args, **named), stage, spent, within)

    return timed


class _Steps:
    def __init__(self, coroutine, stage, spent, within):
        self._inner = coroutine
        self._send = _timed(coroutine.send, stage, spent, within)
        self._throw = coroutine.throw

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return self._send(None)

    def send(self, value):
        return self._send(value)

    def throw(self, *args):
        return self._throw(*args)


if __name__ == "__main__":
    main()
