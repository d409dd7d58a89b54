"""How long `snakemake -n` takes for small and large runs, in an empty copy of the project."""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from common import ROOT, machine, markdown, publish

EXPERIMENTS, SEEDS = ("mnist", "lfw", "cifar10-fc", "cifar10-conv"), 25
MANY = 60


def plan(project: Path, run: dict) -> tuple[float, int]:
    """Seconds of a dry run, and the jobs that it plans."""
    (project / "run.yaml").write_text(yaml.safe_dump(run))
    snakemake = Path(sys.executable).parent / "snakemake"
    command = [str(snakemake), "-n", "--configfile", "run.yaml"]
    start = time.perf_counter()
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    return seconds, int(re.search(r"^total +(\d+)$", result.stdout, re.MULTILINE)[1])


def many() -> dict:
    """A run of copies of `mnist`, which differ by their titles."""
    names = [f"mnist-{i}" for i in range(MANY)]
    seeds = {name: {"title": name, "seeds": [1, 2, 3, 4, 5]} for name in names}
    return {"run": "many", "experiments": names, "overrides": seeds}


def main() -> None:
    """Time the plans and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    everything = {
        "run": "fan-out",
        "experiments": list(EXPERIMENTS),
        "overrides": {name: {"seeds": list(range(1, SEEDS + 1))} for name in EXPERIMENTS},
    }
    runs = {
        "MNIST, 1 seed": {
            "run": "one",
            "experiments": ["mnist"],
            "overrides": {"mnist": {"seeds": [1]}},
        },
        f"{len(EXPERIMENTS)} experiments, {SEEDS} seeds": everything,
        f"{MANY} experiments, 5 seeds": many(),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        for name in ("Snakefile", "workflow", "profiles", "config"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, project / name)
        for name in many()["experiments"]:
            experiments = project / "config" / "experiments"
            shutil.copy(experiments / "mnist.yaml", experiments / f"{name}.yaml")
        for title, run in runs.items():
            results = [plan(project, run) for _ in range(options.rounds)]
            times = [seconds for seconds, _ in results]
            spread = f"{min(times):.1f} to {max(times):.1f}"
            rows.append([title, f"{results[0][1]:,}", f"{statistics.median(times):.1f}", spread])
    table = markdown(["run", "jobs", "seconds (median)", "range"], rows)
    publish("planning", f"{table}\n\n{options.rounds} rounds. {machine()}", options.write)


if __name__ == "__main__":
    main()
