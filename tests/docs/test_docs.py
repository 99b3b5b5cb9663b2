"""The documentation is true: its blocks run, its links lead somewhere, and nothing is left out."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lodestone.console import pages as pages_for_people
from lodestone.events.outcomes import WIRE_KINDS
from lodestone.serve import application
from lodestone.serve.openapi import document_of
from lodestone.services.access import SCOPES
from lodestone.services.access.settings import NAMES
from lodestone.traffic.decision import DropReason
from tests.docs.blocks import ROOT, blocks, pages

HTTP = (ROOT / "docs" / "http.md").read_text()
CLI = (ROOT / "docs" / "cli.md").read_text()
SOURCE = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
STORIES = {"connect-your-app.md", "connect-your-app.zh.md"}
"""Pages whose blocks need each other; tests of their own run them."""
BLOCKS = [block for page in pages() if page.name not in STORIES for block in blocks(page)]
SHELL = [
    page
    for page in pages()
    if page.name not in STORIES and any(b.language == "sh" for b in blocks(page))
]


def test_every_route_is_documented():
    pages_served = pages_for_people(demo=None)
    door = application(None, None, None, wall=None, reports=None, pages=pages_served)
    paths = document_of(door._inner)["paths"]
    routes = {f"`{method.upper()} {path}`" for path, methods in paths.items() for method in methods}

    assert {route for route in routes if route not in HTTP} == set()


def test_every_event_drop_reason_scope_and_error_is_documented():
    codes = set(re.findall(r'(?:Error|Rejection)\(\s*"([a-z_]+)"', SOURCE))
    words = {*WIRE_KINDS, *SCOPES, *codes, *(r.name.lower() for r in DropReason if r)}

    assert {word for word in words if f"`{word}`" not in HTTP} == set()


def test_every_metric_is_documented():
    meters = (ROOT / "src" / "lodestone" / "serve" / "http" / "metrics.py").read_text()
    named = set(re.findall(r'"(lodestone_[a-z_]+)"', meters))

    assert len(named) >= 8
    assert {name for name in named if name not in HTTP} == set()


def test_every_setting_and_command_is_documented():
    assert {name for name in NAMES if f"LODESTONE_{name.upper()}" not in CLI} == set()
    commands = re.findall(r'\.command\("([a-z-]+)"', SOURCE)
    assert {name for name in commands if name not in CLI} == set()


def test_every_link_leads_somewhere():
    missing = [
        (page.name, target)
        for page in [*pages(), *(ROOT / "docs" / "decisions").glob("*.md")]
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert missing == []


CONFIGURATION = {"nginx", "caddyfile", "ini", "toml", "json"}
"""Of a deployment and of requests; proxies are started with theirs by tests/http/test_behind_proxies.py."""


def test_every_block_says_what_it_is():
    assert {block.language for block in BLOCKS} <= {"sh", "python", "js", "text"} | CONFIGURATION
    assert all(block.left_out != "" for block in BLOCKS)


@pytest.mark.parametrize("page", SHELL, ids=lambda page: page.name)
def test_the_shell_blocks_of_a_page_run_in_order(page, tmp_path):
    """Each page in a folder and a home of its own; only `lodestone` and the shell are there."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "LODESTONE_HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path)}  # fmt: skip
    for block in blocks(page):
        if block.language == "sh" and block.left_out is None:
            done = subprocess.run(["sh", "-eu", "-c", block.text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
            assert done.returncode == 0, (str(block), done.stderr)


def _port():
    """Return the port that pages name, or another where it is taken."""
    for port in (8000, 0):
        with contextlib.suppress(OSError), socket.socket() as taken:
            taken.bind(("127.0.0.1", port))
            return taken.getsockname()[1]
    raise AssertionError


@contextlib.contextmanager
def demo(folder):
    """Serve a small demo town as `make run` serves its large one, from the folder's `var`; give its address."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path), "LODESTONE_HOME": str(folder / "var"), "LODESTONE_PORT": str(_port()),
    }  # fmt: skip
    town = [sys.executable, "-m", "lodestone", "town", "--people", "60", "--posts", "150"]
    subprocess.run(town, env=environment, check=True, capture_output=True)
    create = [sys.executable, "-m", "lodestone", "key", "create", "--all-scopes"]
    key = subprocess.run(create, env=environment, check=True, capture_output=True, text=True).stdout
    (folder / "var" / "demo.key").write_text(key)
    command = [sys.executable, "-m", "lodestone", "serve"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as serving:
        try:
            base = next(line.split()[0] for line in serving.stderr if "/docs" in line)
            drain = threading.Thread(target=serving.stderr.read, daemon=True)
            drain.start()
            yield base.removesuffix("/docs")
        finally:
            serving.terminate()
            serving.wait(30)


def test_the_python_of_the_readme_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    """As it stands: in a folder whose `var` is the home, beside a server at the address that it names."""
    code = [b.text for b in BLOCKS if b.language == "python" and b.left_out is None]
    assert not any(re.search(r"\b(KEY|NOW|BASE)\b", text) for text in code[:1])
    with demo(tmp_path) as base:
        monkeypatch.chdir(tmp_path)
        key = (tmp_path / "var" / "demo.key").read_text().strip()
        names = {"BASE": base, "KEY": key, "NOW": datetime.now(UTC).isoformat()}
        for text in code:
            at_home = text.replace("http://127.0.0.1:8000", base)
            exec(compile(at_home, "README.md", "exec"), names)  # what the page says
        names["lodestone"].close()

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "{'accepted': 1, 'duplicates': 0, 'refused': []}"
    assert said[2] == "{'identical': True, 'differences': []}"
