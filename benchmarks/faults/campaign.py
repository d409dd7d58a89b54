"""The fault campaign: `python -m benchmarks.faults.campaign`, or `make faults`, which takes hours.

It prints a table of what was done and what happened, and exits with 1 if anything was not as it
should be; `--write` also puts the table into docs/reliability.md.
"""

import argparse
import importlib
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from .outcome import Outcome

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults:begin -->", "<!-- faults:end -->"
PARTS = {
    "kills.killed_stages": 100,
    "kills.stopped_stages": 100,
    "kills.killed_runs": 20,
    "power_loss.power_loss": 500,
    "disk_full.disk_full": 120,
    "mutated_configs.mutated_configs": 200,
    "mutated_files.mutated_data": 100,
    "mutated_files.mutated_checkpoints": 100,
    "hostile_sources.hostile_sources": 60,
    "lost_files.lost_files": 120,
    "hostile_options.hostile_options": 100,
    "surroundings.two_users": 18,
    "surroundings.read_only_data": 18,
    "surroundings.clocks": 5,
    "surroundings.locales": 18,
    "surroundings.places": 2,
}


def main() -> int:
    """Run the parts; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--share", type=float, default=1, help="of each count (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: 1)")
    parser.add_argument("--write", action="store_true", help=f"the table into {PAGE.name}")
    options = parser.parse_args()
    began, commit = time.monotonic(), _commit()
    os.environ["OMP_NUM_THREADS"] = "1"
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)  # other users take part
        for name in options.parts or PARTS:
            count = max(1, round(PARTS[name] * options.share))
            outcomes.append(_run(name, count, options.seed, Path(folder)))
    minutes = (time.monotonic() - began) / 60
    text = f"{_table(outcomes)}\n\n{_circumstances(commit, minutes)}"
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        between = f"{BEGIN}\n{text}\n{END}"
        page = re.sub(f"{BEGIN}.*{END}", lambda _: between, page, flags=re.DOTALL)
        PAGE.write_text(page, encoding="utf-8")
    return int(any(outcome.failures for outcome in outcomes))


def _run(name: str, count: int, seed: int, folder: Path) -> Outcome:
    module, _, part = name.rpartition(".")
    began = time.monotonic()
    try_faults = getattr(importlib.import_module(f"benchmarks.faults.{module}"), part)
    try:
        outcome = try_faults(count, seed, folder)
    except Exception:  # what other parts found in an hour is not to be lost
        outcome = Outcome(name, failures=[f"did not come to its end: {traceback.format_exc()}"])
    minutes = (time.monotonic() - began) / 60
    print(f"{name}: {outcome.counts} in {minutes:.1f} minutes", file=sys.stderr, flush=True)
    for failure in outcome.failures:
        print(f"  FAILED {failure}", file=sys.stderr, flush=True)
    return outcome


def _table(outcomes: list[Outcome]) -> str:
    rows = ["| fault | tried | what happened |", "| --- | ---: | --- |"]
    for outcome in outcomes:
        ends = [f"{count} {end}" for end, count in outcome.counts.items()]
        ends += [f"**{len(outcome.failures)} failed**"] * bool(outcome.failures)
        rows.append(f"| {outcome.fault} | {outcome.tried} | {'; '.join(ends)} |")
    return "\n".join(rows)


def _circumstances(commit: str, minutes: float) -> str:
    day = datetime.now(UTC).date()
    versions = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"{day}, commit {commit}, {minutes:.0f} minutes; {platform.system()}, {versions}."


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=8"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
