"""`deepgen <stage>`: from the options that a person or Snakemake gives to one job that runs."""

import argparse
import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from deepgen.config import load_config, load_experiment, parse_changes, read_yaml
from deepgen.engine.gpu_slots import take_gpu
from deepgen.engine.identity import model_code
from deepgen.engine.job import Job
from deepgen.engine.plan import Plan
from deepgen.engine.resolve import stage_settings
from deepgen.engine.stages import STAGES
from deepgen.engine.train_job import run_training
from deepgen.errors import DeepgenError
from deepgen.json_file import parse_json
from deepgen.papers import PAPERS
from deepgen.sections import check_section, meant
from deepgen.settings import Experiment
from deepgen.typed import Settings


def run_stage(o: argparse.Namespace) -> None:
    """Make the job that the options describe, and run it.

    Raises:
        DeepgenError: for settings, options or files that are wrong; nothing has started then.
    """
    stage = STAGES[o.command]
    given = {name: getattr(o, name) for name in stage.options}
    planned = _planned(o.job) if stage.whole_run else {}
    settings = planned["settings"] if planned else _settings(o)
    where = str(o.job) if planned else "--settings"
    settings = check_section(stage.settings, settings, where).resolved()
    if o.command == "train":
        _check_first_phase(o)
    inputs = planned.get("inputs") or stage.inputs(settings, given)
    expected = planned.get("code")
    if not planned and o.expect_code is not None:
        expected = parse_json("--expect-code", o.expect_code)
    name = (stage.provenance or o.command).format(**settings).rpartition(".")[2]
    job = Job(
        stage=o.command,
        inputs={role: Path(path) for role, path in inputs.items()},
        out=o.out,
        outputs=list(stage.outputs(settings)),
        settings=settings,
        seed=o.seed if stage.seeded else None,
        expected_code=expected,
        store_dir=o.store if "store" in stage.kept else None,
        on_shelf="ledger" in stage.kept,
        provenance=f"{name}.prov.json",
        lock_timeout=o.lock_timeout if "store" in stage.kept else -1,
    )
    if o.command == "train":
        run_training(job, o.data, o.first_phase, o.device, o.stop_after)
    else:
        _run(job, given | {"inputs": job.inputs, "device": getattr(o, "device", None)})
    for pattern in stage.owns:  # of an earlier job, which readers would take for this one's
        for stale in set(o.out.glob(pattern)) - {o.out / name for name in job.outputs}:
            stale.unlink()


def _run(job: Job, given: dict[str, Any]) -> None:
    """Run the stage's function, imported only if nothing has its outputs already."""
    name = job.stage.replace("-", "_")
    if not job.inputs:  # small networks of its own, which would keep others from a GPU
        given["device"] = "cpu"

    def make(out: Path) -> Any:
        if given["device"] == "auto":
            take_gpu()
        function = getattr(importlib.import_module(f"deepgen.stages.{name}"), name)
        arguments = given | {"out": out, "settings": job.settings, "seed": job.seed}
        arguments["states"] = job.folder and job.folder / "state"
        if "model" in job.settings:
            arguments["code"] = model_code(job.settings)
        known = inspect.signature(function).parameters
        return function(**{name: value for name, value in arguments.items() if name in known})

    job.run(make)


class JobFile(Settings):
    """A job about the whole run, as `Pages.write_job_files` wrote it."""

    settings: dict[str, Any]
    code: dict[str, str]
    inputs: dict[str, str]


def _planned(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DeepgenError(f"{path} is missing: `snakemake -n` writes it")
    try:
        content = parse_json(str(path), path.read_bytes())
        return check_section(JobFile, content, str(path)).resolved()
    except DeepgenError as error:
        raise DeepgenError(f"{error}; delete it, and `snakemake -n` writes it again") from None


def _settings(o: argparse.Namespace) -> dict[str, Any]:
    text, name = o.settings, getattr(o, "name", "")
    if text.lstrip().startswith(("{", "[")):
        if name:
            raise DeepgenError("--name goes with a file as --settings: leave it out")
        if o.changes:
            raise DeepgenError("--set goes with a file as --settings: leave it out")
        return parse_json("--settings", text)
    if STAGES[o.command].by_name and not name:
        raise DeepgenError(f"--name is missing: say which {o.command} of {text}")
    _, _, owner = text.partition(":")
    if not owner:
        return stage_settings(o.command, _experiment(o), name)
    plan = _plan(o)
    if owner in PAPERS:
        known = {"study": plan.run_studies(owner), "figure": plan.run_figures(owner)}
        if o.command not in known:
            raise DeepgenError(f"{owner} is a paper, which has only studies and figures")
        if name not in known[o.command]:
            raise DeepgenError(
                f"{o.command} {name!r} is not known of {owner}: choose from "
                f"{', '.join(known[o.command])}"
            )
    return json.loads(plan.settings(o.command, owner, name))


def _check_first_phase(o: argparse.Namespace) -> None:
    """Refuse a second phase without its first, and a first one with another's model."""
    if o.settings.lstrip().startswith(("{", "[")):
        return
    first = _experiment(o).init_from
    if first and not o.first_phase:
        raise DeepgenError(
            f"{o.settings} continues {first}: give that experiment's last.safetensors as "
            "--first-phase"
        )
    if o.first_phase and not first:
        raise DeepgenError(f"{o.settings} continues no other experiment: leave out --first-phase")


def _experiment(o: argparse.Namespace) -> Experiment:
    """The experiment of `--settings`, given as a file, with what `--set` changes."""
    path, _, name = o.settings.partition(":")
    if name:
        return _plan(o).config[name]
    if "experiments" in (read_yaml(Path(path)) if Path(path).is_file() else {}):
        raise DeepgenError(f"{path} is a run file: name one of its experiments, as in {path}:mnist")
    return load_experiment(Path(path), {Path(path).stem: parse_changes(o.changes)}, "--set")


def _plan(o: argparse.Namespace) -> Plan:
    """The plan of the run file in `--settings`, which names an experiment or paper of it."""
    path, _, owner = o.settings.partition(":")
    changes = parse_changes(o.changes)
    if changes and owner in PAPERS:
        raise DeepgenError(f"--set changes an experiment, and {owner} is a paper: leave it out")
    changed = {owner: changes} if changes else None
    plan = Plan(load_config(Path(path), Path(path).parent, changed))
    known = [*plan.trained, *plan.counted, *plan.papers]
    if owner not in known:
        raise DeepgenError(f"{path} has no experiment {owner!r}{meant(owner, known)}")
    return plan
