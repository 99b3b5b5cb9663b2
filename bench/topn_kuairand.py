"""KuaiRand's sequences as positives alone, judged by `lodestone evaluate topn`: the engine beside its peers on one split.

    python bench/topn_kuairand.py DATA/KuaiRand-Pure          results/topn-kuairand.json

Long views and likes of 8 to 24 April 2022 are brought without the impressions they came from, with the videos' tags and authors;
the last fifth of each person's positives is hidden, twenty are asked for. Intervals are over people.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cold_items import history, kuairand, lines

from lodestone import bootstrap
from lodestone.cli.reach import here

COMMUNITY = "kuairand"
QUESTION = [
    "evaluate", "topn", "--community", COMMUNITY, "--holdout", "0.2", "--k", "20", "--outcomes", "long_view,like", "--json",
]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("data", type=Path)
    options.add_argument("--sample", type=int, default=2_000, help="How many people are judged.")
    options.add_argument("--every", type=int, default=1, help="Bring every n-th person alone.")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    question = [*QUESTION, "--sample", str(given.sample)]
    more = f" --every {given.every}" if given.every > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        began = time.perf_counter()
        brought = asyncio.run(bring(home, given))
        ready = time.perf_counter()
        command = [sys.executable, "-m", "lodestone", *question, "--home", str(home)]
        judged = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # fmt: skip
    found = {
        "command": f"python bench/topn_kuairand.py {given.data.name}{more}",
        "judged_by": " ".join(["lodestone", *question]), "positives": brought,
        "seconds": {"bring": round(ready - began, 1), "judge": round(time.perf_counter() - ready, 1)},
        "report": judged,
    }  # fmt: skip
    out = given.out or Path(__file__).parent / "results" / "topn-kuairand.json"
    out.write_text(json.dumps(found, indent=1) + "\n")
    rows = {"engine": judged["engine"], **judged["baselines"]}
    print(json.dumps({name: row["recall"] for name, row in rows.items()}, indent=1))


async def bring(home: Path, given: argparse.Namespace) -> int:
    """Bring videos and what people took to; return how many positives."""
    items, deeds = kuairand(given.data)
    chosen = set(sorted({person for person, *_ in deeds})[:: given.every])
    deeds = [deed for deed in deeds if deed[0] in chosen]
    settings = bootstrap.settings_of(str(home), {"LODESTONE_LEARNING_GROWTH": "0"})
    async with bootstrap.open_app(settings) as app, here(app, COMMUNITY) as reach:
        await reach.ask("PUT", f"/v1/communities/{COMMUNITY}", body={"time_zone": "Asia/Shanghai"})
        people = chosen | {fields["author_id"] for fields in items.values()}
        await lines(reach, "/v1/people:bulk", [{"id": name} for name in sorted(people)])
        named = [
            {"id": name, "kind": "video", "created_at": "2022-04-08T00:00:00Z", **fields}
            for name, fields in sorted(items.items())
        ]
        await lines(reach, "/v1/items:bulk", named)
        await history(reach, deeds)
    return len(deeds)


if __name__ == "__main__":
    main()
