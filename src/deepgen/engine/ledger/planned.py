"""The jobs of a run as Snakemake plans them, so that no second list of them is kept."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError

LOGGERS = Path("workflow/loggers")  # where the logger `plan` lies, which Snakemake finds by name


@dataclass(frozen=True)
class PlannedJob:
    """One job of a run.

    Args:
        inputs: Paths, from the root of the project.
        outputs: Names below `folder`, without the provenance.
        provenance: Path of the file that says who made the outputs.
    """

    rule: str
    stage: str
    settings: dict[str, Any]
    code: dict[str, str]
    seed: int | None
    inputs: list[str]
    outputs: list[str]
    provenance: str

    @property
    def folder(self) -> Path:
        """Folder of the outputs."""
        return Path(self.provenance).parent

    @property
    def paths(self) -> list[Path]:
        """All files that it makes, from the root of the project."""
        return [Path(self.provenance), *(self.folder / name for name in self.outputs)]

    @property
    def name(self) -> str:
        """The job's name in the ledger: `mnist--seed-1--train`."""
        below = re.sub(r"^results/[^/]+/", "", self.provenance)
        return below.removesuffix(".prov.json").replace("/", "--")


def plan_jobs(configfile: Path) -> list[PlannedJob]:
    """All jobs of a run, sorted by name, whether or not they are done.

    Raises:
        DeepgenError: with Snakemake's own sentence, if it cannot plan the run.
    """
    if not Path("Snakefile").is_file():
        raise DeepgenError("there is no Snakefile in this folder: go to the checkout's root")
    folders = [str(LOGGERS.resolve()), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [str(Path(sys.executable).parent / "snakemake"), "--dry-run", "--forceall"]
    result = subprocess.run(
        [*command, "--logger", "plan", "--configfile", str(configfile)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    if result.returncode != 0:
        last = result.stderr.strip().splitlines()[-1:] or ["it gives no reason"]
        raise DeepgenError(f"Snakemake cannot plan {configfile}: {last[0]}")
    jobs = [_planned(json.loads(line)) for line in result.stdout.splitlines()]
    return sorted(jobs, key=lambda job: job.name)


def _planned(job: dict[str, Any]) -> PlannedJob:
    words = shlex.split(job["command"])

    def option(name: str) -> str:
        return words[words.index(name) + 1]

    inputs = set(job["inputs"])
    if "--job" in words:
        file = option("--job")
        given = json.loads(Path(file).read_text(encoding="utf-8"))
        inputs -= {file}  # no evidence, but what this entry says itself
    else:
        options = {"settings": "--settings", "code": "--expect-code"}
        given = {key: json.loads(option(name)) for key, name in options.items()}
    (provenance,) = (path for path in job["outputs"] if path.endswith(".prov.json"))
    made = [path for path in job["outputs"] if path != provenance]
    return PlannedJob(
        rule=job["rule"],
        stage=words[1],
        settings=given["settings"],
        code=given["code"],
        seed=int(option("--seed")) if "--seed" in words else None,
        inputs=sorted(inputs),
        outputs=[os.path.relpath(path, option("--out")) for path in made],
        provenance=provenance,
    )
