"""By the system calls: every page of a commit is synced before its answer is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHILD = Path(__file__).with_name("log_child.py")
ACKNOWLEDGED = re.compile(r'write\(1<[^>]*>, "ack (?P<number>\d+) \d+\\n"')
WAL_WRITTEN = re.compile(r"(?:pwrite64|write)\(\d+<[^>]*log\.db-wal>")
WAL_SYNCED = re.compile(r"f(?:data)?sync\(\d+<[^>]*log\.db-wal>\) += 0")


def trace(tmp_path: Path) -> list[str]:
    """Run a child under strace and return its calls, unfinished ones joined to their ends."""
    strace = shutil.which("strace")
    assert strace, "strace is needed; scripts/system-packages installs it"
    output = tmp_path / "trace"
    calls = "trace=fdatasync,fsync,write,pwrite64,writev,pwritev"
    command = [strace, "-f", "-y", "-s", "64", "-e", calls, "-o", str(output)]
    command += [sys.executable, str(CHILD), str(tmp_path / "log.db"), "12", "1"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, timeout=60)
    unfinished: dict[str, str] = {}
    joined = []
    for line in output.read_text(encoding="utf-8").splitlines():
        thread = line.split(maxsplit=1)[0]
        if line.endswith("<unfinished ...>"):
            unfinished[thread] = line.removesuffix(" <unfinished ...>")
            # A write counts from its beginning, a sync from its end.
            if WAL_WRITTEN.search(line) or ACKNOWLEDGED.search(line):
                joined.append(unfinished[thread])
        elif " resumed>" in line:
            begun = unfinished.pop(thread)
            if WAL_SYNCED.search(begun + line.split(" resumed>", 1)[1]):
                joined.append(begun + line.split(" resumed>", 1)[1])
        else:
            joined.append(line)
    return joined


def test_the_sync_precedes_every_acknowledgement(tmp_path):
    calls = trace(tmp_path)

    acknowledged, written, synced = 0, False, False
    for call in calls:
        if WAL_WRITTEN.search(call):
            written, synced = True, False
        elif WAL_SYNCED.search(call):
            synced = True
        elif ACKNOWLEDGED.search(call):
            # One worker: whatever went into the WAL since the answer before is this answer's.
            assert written
            assert synced
            acknowledged, written, synced = acknowledged + 1, False, False

    assert acknowledged == 12
