"""A private PostgreSQL for tests: its own cluster in a temporary folder, on a socket in it, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "These tests need PostgreSQL's server programs (initdb, pg_ctl), and there are none. Install them: "
    "`apt-get install postgresql` on Debian or Ubuntu, `dnf install postgresql-server` on Fedora, "
    "`brew install postgresql` on macOS. No running server and no account is needed."
)
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "40",
}


def programs() -> Path:
    """Return the folder of the newest server programs; say what to install when there is none."""
    found = shutil.which("pg_ctl")
    if found is not None:
        return Path(found).resolve().parent
    folders = [
        path.parent
        for root in ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/usr")
        for path in Path(root).glob("*/bin/pg_ctl" if root != "/usr" else "pgsql-*/bin/pg_ctl")
    ]
    if not folders:
        raise RuntimeError(MISSING)
    return max(folders, key=lambda folder: [int(part) for part in folder.parts if part.isdigit()])


def _as_somebody(home: Path) -> list[str]:
    """Return the words before a command: the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user = next((name for name in ("postgres", "nobody") if _known(name)), None)
    if user is None or shutil.which("setpriv") is None:
        raise RuntimeError("As root these tests need `setpriv` and a user `postgres` or `nobody`.")
    account = pwd.getpwnam(user)
    os.chown(home, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _known(name: str) -> bool:
    return any(account.pw_name == name for account in pwd.getpwall())


@contextmanager
def cluster(given: dict[str, str] | None = None) -> Iterator[str]:
    """Run a fresh cluster and yield its address for SQLAlchemy.

    Its language sorts otherwise than by bytes, as most clusters' do, so that tests notice who
    relies on the order.

    Args:
        given: Settings in place of those that make a cluster quick and careless.
    """
    folder = programs()
    # A short path: a socket's may have 107 bytes at most.
    short = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=short))
    somebody = _as_somebody(home)
    data = home / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(home)}

    def call(program: str, *words: str) -> None:
        command = [*somebody, str(folder / program), *words]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=home, env=environment
        )
        if done.returncode != 0:
            log = home / "log"
            more = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}{more}")

    try:
        call(
            "initdb", "-D", str(data), "-U", "lodestone", "-A", "trust", "-E", "UTF8", "-N",
            "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en",
        )  # fmt: skip
        settings = " ".join(f"-c {name}='{value}'" for name, value in (given or QUICK).items())
        options = f"-k {home} {settings}"
        call("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://lodestone@/postgres?host={home}"
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
