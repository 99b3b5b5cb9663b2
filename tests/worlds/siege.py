"""A real server process with few file descriptors, and strangers who hold its connections without a key.

Run as a program it is the server: `python -m tests.worlds.siege HOME NOFILE`.
"""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx

from lodestone import bootstrap

PATIENCE = 10.0
"""Seconds after which an answer counts as none."""


class Siege:
    """The server, and what strangers hold open of it."""

    def __init__(self, process, told):
        self.process, self.port, self.key = process, told["port"], told["key"]
        self.base = f"http://127.0.0.1:{self.port}"
        self.held = []

    def connect(self):
        """Open a connection as a stranger does."""
        made = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.held.append(made)
        return made

    def send(self, connection, data):
        """Send, unless the server has closed the connection meanwhile."""
        try:
            connection.sendall(data)
        except OSError:
            return False
        return True

    def idle(self, count):
        """Hold connections on which nothing is ever sent."""
        for _ in range(count):
            self.connect()

    def slow(self, count):
        """Hold connections whose request never ends."""
        return [self._slow(n) for n in range(count)]

    def _slow(self, n):
        made = self.connect()
        head = b"POST /operator/login HTTP/1.1\r\nhost: x\r\n"
        more = b"content-length: 60000\r\n\r\nkey=" if n % 2 else b"x-slow: "
        self.send(made, head + more)
        return made

    def unfinished(self, count, size, path="/v1/feeds", key="nobodys"):
        """Hold requests whose body comes but for its last byte."""
        body = b"0" * (size - 1)
        for _ in range(count):
            made = self.connect()
            made.settimeout(PATIENCE)
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {size}\r\n\r\n"
            self.send(made, head.encode())
            self.send(made, body)

    def answers(self, times=1):
        """Ask for feeds and for health on fresh connections; return the statuses and the longest wait."""
        statuses, longest = [], 0.0
        for _ in range(times):
            for method, path, body in (
                ("POST", "/v1/feeds", {"viewer": "p0"}),
                ("GET", "/health/live", None),
            ):
                began = time.perf_counter()
                answer = httpx.request(
                    method, self.base + path, json=body, timeout=PATIENCE,
                    headers={"Authorization": f"Bearer {self.key}"} if body else {},
                )  # fmt: skip
                statuses.append(answer.status_code)
                longest = max(longest, time.perf_counter() - began)
        return statuses, longest

    def memory(self):
        """Return the server's resident memory in bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    def metric(self, name):
        """Return a figure of /metrics, 0 where it is not there."""
        lines = httpx.get(f"{self.base}/metrics", timeout=PATIENCE).text.splitlines()
        return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name)), 0.0)


@contextmanager
def besieged(home, *, nofile=1024, **settings):
    """Serve a small community in a process that may have `nofile` descriptors; its settings as given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    named = {f"LODESTONE_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.worlds.siege", str(home), str(nofile)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | named
    with (home.parent / "siege.log").open("wb") as log, ExitStack() as after:
        after.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log)
        after.enter_context(process)
        after.callback(process.kill)
        siege = Siege(process, json.loads(process.stdout.readline()))
        with ExitStack() as connections:
            yield siege
            for made in siege.held:
                connections.enter_context(closing(made))


def log_lines(home):
    """Return what the server wrote."""
    return (home.parent / "siege.log").read_text().splitlines()


async def _serve(home):
    settings = bootstrap.listening(bootstrap.settings_of(home, os.environ), "127.0.0.1", 0)
    found = {}

    async def fill(app):
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app.asgi), base_url="http://x",
            headers={"Authorization": f"Bearer {app.operator_key}", "X-Community": "c"},
        ) as http:  # fmt: skip
            await http.put("/v1/communities/c", json={"time_zone": "UTC"})
            await http.put("/v1/people/p0", json={})
            items = "\n".join(
                json.dumps({"id": f"i{n}", "kind": "video", "author_id": f"a{n % 10}"})
                for n in range(60)
            )
            (await http.post("/v1/items:bulk", content=items)).raise_for_status()
            made = await http.post("/v1/communities/c/keys", json={"name": "app"})
            found["key"] = made.json()["key"]

    def ready(_, port):
        sys.stdout.write(json.dumps({"port": port, **found}) + "\n")
        sys.stdout.flush()

    await bootstrap.serve(settings, prepare=fill, ready=ready)


if __name__ == "__main__":
    _, place, most = sys.argv
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(most), int(most)))
    bootstrap.run(_serve(place))
