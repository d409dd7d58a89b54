"""dvc.yaml of a run: one stage a job, as `deepgen ledger` writes it."""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from deepgen.engine.ledger.planned import PlannedJob

DEFAULT = Path("config/config.yaml")
HEADER = "# Run {run}: written by `deepgen ledger --configfile {configfile}`; do not edit.\n"
WRITTEN = re.compile(r"# Run (.+): written by `deepgen ledger --configfile (.+)`")
PLOTS = {
    "history.csv": {"x": "epoch", "y": "loss_model"},
    "sigma_grid.csv": {"x": "sigma", "y": "log_likelihood"},
}
PERSIST = {"persist": True}

# Drawn or counted again in seconds, so the store does not have them, and the ledger only what is
# made: that has the same bytes every time, unlike the provenance, which tells the time
DRAWN = ("count", "figure", "table")


class _Dumper(yaml.SafeDumper):
    """Writes equal parts in full, not as anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dvc_yaml(jobs: list[PlannedJob], run: str, configfile: Path) -> str:
    """The text of dvc.yaml.

    Settings and code are not in it: they are values of `identity`, so that this file changes only
    when jobs or their files do.
    """
    option = [] if configfile == DEFAULT else ["--configfile", configfile.as_posix()]
    stages = {job.name: _stage(job, run, option) for job in jobs}
    text = yaml.dump({"stages": stages}, Dumper=_Dumper, default_flow_style=None, width=99)
    return HEADER.format(run=run, configfile=configfile.as_posix()) + text


def described(text: str) -> tuple[str, Path] | None:
    """Name and configuration file of the run that a dvc.yaml describes; None if not ours."""
    found = WRITTEN.match(text)
    return (found[1], Path(found[2])) if found else None


def recorded(jobs: list[PlannedJob]) -> list[PlannedJob]:
    """The jobs that have a stage: all but the pages of the report.

    They are drawn in seconds from what the ledger has, and `deepgen publish` keeps them in git.
    """
    return [job for job in jobs if job.stage != "report"]


def identity_path(run: str) -> Path:
    """The file whose values DVC records as the params of every stage."""
    return Path("results") / run / "identity.json"


def identity(jobs: list[PlannedJob]) -> dict[str, Any]:
    """Its content: what each stage is, beside its inputs."""
    return {
        job.name: {"stage": job.stage, "settings": job.settings, "code": job.code} for job in jobs
    }


def _stage(job: PlannedJob, run: str, option: list[str]) -> dict[str, Any]:
    # All its files, because Snakemake makes no file again that nobody asks for
    paths = [path.as_posix() for path in job.paths]
    command = ["snakemake", "--cores", "all", *option, "--", *paths]
    stage: dict[str, Any] = {
        # DVC fills in ${...} before the shell sees it
        "cmd": shlex.join(command).replace("${", r"\${"),
        "deps": job.inputs,
        "params": [{identity_path(run).as_posix(): [job.name]}],
        "outs": [] if job.stage in DRAWN else [{job.provenance: PERSIST}],
        "metrics": [],
        "plots": [],
    }
    for name in sorted(job.outputs):
        path = (job.folder / name).as_posix()
        if job.stage in ("score", "likelihood", "parzen-spread") and name.endswith(".json"):
            stage["metrics"].append({path: PERSIST})
        elif name in PLOTS:
            stage["plots"].append({path: PERSIST | PLOTS[name]})
        else:
            stage["outs"].append({path: PERSIST})
    return {key: value for key, value in stage.items() if value}
