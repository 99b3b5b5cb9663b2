"""The tutorial is true: a stranger who pastes its blocks, in order, has an app with a feed and events in the end."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.docs.blocks import ROOT, blocks

PAGE = ROOT / "docs" / "connect-your-app.md"
CHINESE = ROOT / "docs" / "connect-your-app.zh.md"
READY = {"lodestone serve": "stop with Ctrl-C", "python app.py": "viewer=ann"}
"""What a block prints that goes on until it is stopped, once it answers."""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def until_ready(text, ready, folder, environment):
    """Run a block in a terminal of its own, and stop it at the end."""
    with (folder / "terminal.txt").open("w+") as said:
        running = subprocess.Popen(
            ["sh", "-euc", f"exec env {text}"], cwd=folder, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            for line in running.stdout:
                said.write(line)
                if ready in line:
                    break
            else:
                said.seek(0)
                pytest.fail(said.read())
            yield
        finally:
            running.terminate()
            running.communicate(timeout=30)


class Reader:
    """Pastes one block after the other, as the page asks for."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.port, self.said = free_port(), {}
        engine = free_port()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {
            "PATH": path, "LODESTONE_HOME": str(folder / "home"), "BASE": f"http://127.0.0.1:{engine}",
            "LODESTONE_PORT": str(engine), "PORT": str(self.port), "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip

    def paste(self, block):
        first = block.text.splitlines()[0]
        if block.language in ("python", "js"):
            (self.folder / first.split()[1]).write_text(block.text)
            return
        ready = [words for command, words in READY.items() if command in block.text]
        if ready:
            self.stack.enter_context(
                until_ready(block.text.strip(), ready[0], self.folder, self.environment)
            )
            return
        done = subprocess.run(
            ["sh", "-eu", "-c", block.text], cwd=self.folder, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (str(block), done.stdout, done.stderr)
        self.said[first] = done.stdout

    def open_the_app(self):
        """Look at the notice board for two seconds and like what stands first, as Ann would."""
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        complaints = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page()
            page.on(
                "console",
                lambda said: complaints.append(said.text) if said.type == "error" else None,
            )
            with page.expect_response("**/v1/events") as answer:
                page.goto(f"http://127.0.0.1:{self.port}/?viewer=ann")
            status = answer.value.status  # its body nobody reads, the page neither
            page.get_by_role("button", name="Like").first.click()
            page.wait_for_url("**/?viewer=ann")
            browser.close()
        return status, complaints

    def events(self):
        """Return the types of the newest events, as the engine lists them."""
        key = (self.folder / "app.key").read_text().strip()
        answer = httpx.get(
            f"{self.environment['BASE']}/v1/events?limit=50",
            headers={"Authorization": f"Bearer {key}"},
        )
        return {event["type"] for event in answer.json()["data"]}


@pytest.mark.browser
def test_the_blocks_of_the_tutorial_make_an_app_with_a_feed_and_events(tmp_path):
    with ExitStack() as stack:
        reader = Reader(tmp_path, stack)
        for block in blocks(PAGE):
            if block.language != "text" and block.left_out is None:
                reader.paste(block)
                if block.text.startswith("python app.py"):
                    status, complaints = reader.open_the_app()
                    events = reader.events()
        said = reader.said

    assert (status, complaints) == (200, [])
    assert {"impression", "like"} <= events
    assert "accepted=12" in said["python load.py"]
    assert "accepted=36" in said["python load.py"]
    assert said["python first_feed.py"].count("because of") == 5
    assert said["python consent.py"].splitlines()[-1] == "404 person_unknown"
    assert "this engine" in said["printf 'id,type,time,person_id,item_id\\n' > events.csv"]
    assert said["python promises.py"].count("target") >= 3


def test_the_chinese_tutorial_has_the_same_blocks():
    def pasted(page):
        return [(block.language, block.text) for block in blocks(page) if block.language != "text"]

    assert pasted(CHINESE) == pasted(PAGE)
