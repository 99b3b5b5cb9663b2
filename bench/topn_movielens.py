"""MovieLens 100k over Gorse's routes, judged by `lodestone evaluate topn`: the engine beside its peers on one split.

    python bench/topn_movielens.py ml-100k                   results/topn-movielens-100k.json
    python bench/topn_movielens.py ml-100k --feedback-only   results/topn-movielens-100k-feedback-only.json

A server is started on an empty home, `examples/movielens.py` brings every rating through PyGorse, the server is
stopped, and the command judges: the first four fifths of each person's ratings teach, ten films are asked for, right
is what they rated 4 or 5 in the last fifth. Intervals are over people.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from gorse import Gorse  # noqa: E402  the path to the example comes first
from run import machine, serving  # noqa: E402

from examples.movielens import bring  # noqa: E402

COMMUNITY = "movielens"
QUESTION = [
    "evaluate", "topn", "--community", COMMUNITY, "--holdout", "0.2", "--k", "10", "--sample", "2000",
    "--outcomes", "like", "--split-by", "deeds", "--json",
]  # fmt: skip


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("folder", type=Path, help="MovieLens 100k, unpacked")
    options.add_argument(
        "--feedback-only", action="store_true", help="send no films: only who rated what"
    )
    options.add_argument("--out", type=Path)
    told = options.parse_args()
    name = "topn-movielens-100k" + ("-feedback-only" if told.feedback_only else "")
    out = told.out or ROOT / "bench" / "results" / f"{name}.json"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        made = json.loads(lodestone(home, "community", "create", COMMUNITY, "--json"))
        began = time.perf_counter()
        with serving(home) as server:
            gorse = Gorse(f"http://127.0.0.1:{server.port}", made["key"])
            taken = bring(gorse, told.folder, items=not told.feedback_only)
        brought = time.perf_counter()
        judged = json.loads(lodestone(home, *QUESTION))
        ended = time.perf_counter()
    found = {
        "machine": machine(), "command": "python bench/topn_movielens.py ml-100k" + (" --feedback-only" if told.feedback_only else ""),
        "judged_by": " ".join(["lodestone", *QUESTION]), "ratings": taken,
        "seconds": {"bring": round(brought - began, 1), "judge": round(ended - brought, 1)}, "report": judged,
    }  # fmt: skip
    out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({name: score["ndcg"] for name, score in {"engine": judged["engine"], **judged["baselines"]}.items()}, indent=1))  # fmt: skip


def lodestone(home, *arguments):
    command = [sys.executable, "-m", "lodestone", *arguments, "--home", str(home)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
