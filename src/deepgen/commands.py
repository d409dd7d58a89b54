"""What each command of `deepgen` does with its options: name a job's files, then run it."""

import argparse
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deepgen.config import (
    check_section,
    load_config,
    load_experiment,
    read_yaml,
    stage_settings,
)
from deepgen.data.registry import prepared_names, raw_inputs, raw_names
from deepgen.errors import DeepgenError
from deepgen.jobs import store
from deepgen.jobs.gpu_slots import take_gpu
from deepgen.jobs.identity import model_code
from deepgen.jobs.job import Job
from deepgen.jobs.plan import Plan, compared_splits, report_names
from deepgen.jobs.train_job import run_training
from deepgen.reporting.publish import publish as publish_report
from deepgen.settings import Experiment, Theory

# Keys of each stage's slice, for settings that a person gives as JSON.
NEEDED = {
    "fetch": ("dataset", "files"),
    "prepare": ("parser", "parts", "splits"),
    "train": ("model", "objective", "training", "threads"),
    "sample": ("model", "num_samples", "threads"),
    "interpolate": ("model", "interpolation", "threads"),
    "neighbours": ("space", "threads"),
    "reference": ("space", "threads", "reference", "seed"),
    "select-sigma": ("space", "threads", "parzen"),
    "score": ("space", "threads", "score"),
    "classify": ("space", "threads", "classifier"),
    "theory": ("theory", "threads"),
    "figure": ("figure", "output"),
    "table": ("rows",),
    "report": ("run", "page", "title", "order", "experiments", "not_run"),
}


def fetch(o: argparse.Namespace) -> None:
    """Download and verify the files of a data set."""
    _run(_job(o, {}, raw_names), mirror=o.mirror, bundled=o.bundled)


def prepare(o: argparse.Namespace) -> None:
    """Raw files to arrays and splits."""
    settings = _settings(o)
    outputs = prepared_names(settings)
    _run(_job(o, _in(o.raw, *raw_inputs(settings)), outputs), raw=o.raw)
    for stale in set(o.out.glob("*_labels.npy")) - {o.out / name for name in outputs}:
        stale.unlink()  # of an earlier preparation; readers take labels for real if the file exists


def train(o: argparse.Namespace) -> None:
    """Train one seed of an experiment."""
    settings = _settings(o)
    _check_previous(o)
    labels = [n for n in ["train_labels.npy"] if (o.data / n).exists()]
    valid = ["valid.npy"] * (settings["training"]["selection"]["rule"] != "last")
    inputs = _in(o.data, "train.npy", *labels, *valid)
    if o.previous:
        inputs["previous"] = o.previous
    models = ["selected", "last", "objective"]
    outputs = [f"{m}.safetensors" for m in models] + ["history.csv", "previews.npy"]
    run_training(_job(o, inputs, outputs), o.data, o.previous, o.device, o.stop_after)


def _check_previous(o: argparse.Namespace) -> None:
    """Refuse a second phase without its first, and a first one with another's model."""
    if o.settings.lstrip().startswith("{"):
        return
    earlier = _experiment(o).init_from
    if earlier and not o.previous:
        raise DeepgenError(
            f"{o.settings} continues {earlier}: give that experiment's last.safetensors as "
            "--previous"
        )
    if o.previous and not earlier:
        raise DeepgenError(f"{o.settings} continues no other experiment: leave out --previous")


def classify(o: argparse.Namespace) -> None:
    """Train the classifier whose features the comparing scores use."""
    parts = "train.npy", "train_labels.npy", "test.npy", "test_labels.npy"
    outputs = ["classifier.safetensors", "classifier.json"]
    _run(_job(o, _in(o.data, *parts), outputs), data=o.data, device=o.device)


def theory(o: argparse.Namespace) -> None:
    """Train the one-dimensional net of Figure 1 and compute section 4."""
    check_section(Theory, _settings(o)["theory"], "--settings, section theory")
    _run(_job(o, {}, ["figure1.npz", "theory.npz"]), device=o.device)


def sample(o: argparse.Namespace) -> None:
    """Draw samples from a model."""
    job = _job(o, {"model": o.model}, ["samples.npy"])
    _run(job, model=o.model, seed=o.seed, code=model_code(job.settings), device=o.device)


def interpolate(o: argparse.Namespace) -> None:
    """Decode lines in z space (Figure 3)."""
    job = _job(o, {"model": o.model}, ["interpolation.npy"])
    _run(job, model=o.model, code=model_code(job.settings), device=o.device)


def neighbours(o: argparse.Namespace) -> None:
    """Find nearest training images (Figure 2)."""
    job = _job(o, {"samples": o.samples} | _in(o.data, "train.npy"), ["neighbours.npz"])
    _run(job, samples=o.samples, data=o.data, device=o.device)


def reference(o: argparse.Namespace) -> None:
    """Make a reference set of samples."""
    _run(_job(o, _in(o.data, "train.npy"), ["samples.npy"]), data=o.data, device=o.device)


def select_sigma(o: argparse.Namespace) -> None:
    """Choose the Parzen window's bandwidth."""
    if (o.data / "fold-1").is_dir():
        raise DeepgenError(
            f"{o.data} has folds, and each chooses its own sigma: give one, such as {o.data}/fold-1"
        )
    inputs = {"samples": o.samples} | _in(o.data, "valid.npy")
    job = _job(o, inputs, ["sigma_grid.csv", "sigma.json"])
    _run(job, samples=o.samples, data=o.data, device=o.device)


def score(o: argparse.Namespace) -> None:
    """Score samples against test images."""
    settings = _settings(o)
    inputs = {"samples": o.samples}
    if settings["score"] == "parzen":
        folds = settings["folds"]
        if len(o.sigma) != (folds or 1):
            raise DeepgenError(f"--sigma needs {folds or 1} files, one a fold, not {len(o.sigma)}")
        for k, path in enumerate(o.sigma, 1):
            fold = f"fold-{k}/" if folds else ""
            inputs |= {f"{fold}sigma": path} | _in(o.data, f"{fold}test.npy")
    else:
        inputs |= _in(o.data, *(f"{split}.npy" for split in compared_splits(settings)))
        if (settings["features"] is None) != (o.classifier is None):
            raise DeepgenError("give --classifier if and only if features are compared")
        if o.classifier:
            inputs["classifier"] = o.classifier
    job = _job(o, inputs, [f"{settings['score']}.json"])
    _run(
        job,
        samples=o.samples,
        data=o.data,
        sigmas=o.sigma,
        classifier=o.classifier,
        device=o.device,
    )


def figure(o: argparse.Namespace) -> None:
    """Draw one figure."""
    inputs = _parse_roles(o.input)
    job = _job(o, inputs, lambda s: [f"{s['output']}.{kind}" for kind in ("png", "pdf", "txt")])
    _run(job, inputs=inputs)


def table(o: argparse.Namespace) -> None:
    """Make the tables of scores."""
    inputs = _parse_roles(o.input)
    kinds = ("csv", "md", "tex")
    outputs = [f"{name}.{kind}" for name in ("table1", "scores") for kind in kinds]
    _run(_job(o, inputs, outputs), inputs=inputs)


def report(o: argparse.Namespace) -> None:
    """Write a page of the HTML report."""
    inputs = _parse_roles(o.input)
    _run(_job(o, inputs, report_names), inputs=inputs)


def publish(o: argparse.Namespace) -> None:
    """Copy a finished report to reports/<run>/."""
    for path in publish_report(o.run, o.out / o.run.name):
        print(path)


def pdf(o: argparse.Namespace) -> None:
    """Print a page of the report."""
    from deepgen.reporting.pdf import write_pdf  # matplotlib is slow to import

    write_pdf(o.html, o.out)


def manage_store(o: argparse.Namespace) -> None:
    """List or prune the store."""
    if o.action == "list":
        for entry in store.entries(o.store):
            state = "finished" if entry["finished"] else "running or stopped"
            size = f"{entry['bytes'] / 1e6:8.1f} MB"
            print(f"{entry['stage']:12} {entry['key']} {entry['budget']:>5} {size}  {state}")
        return
    if not o.results.is_dir():
        raise DeepgenError(
            f"--results {o.results} is no folder, so all of {o.store} would be deleted: correct "
            "the path, or delete the store yourself"
        )
    keep = set()
    for path in o.results.rglob("*.prov.json"):
        keep.add(_parse_json(str(path), path.read_text(encoding="utf-8")).get("key"))
    for folder in store.prune(o.store, keep, o.interrupted):
        print(f"deleted {folder}")


def status(o: argparse.Namespace) -> None:
    """Show all trainings in the store."""
    from deepgen.jobs.status import print_trainings

    print_trainings(o.store)


def ledger(o: argparse.Namespace) -> None:
    """Record finished outputs with DVC."""
    from deepgen.ledger.record import record

    record(o.configfile, push=o.push)


def restore(o: argparse.Namespace) -> None:
    """Bring recorded outputs back into the store."""
    from deepgen.ledger.restore import restore

    restore(o.configfile, load_config(o.configfile).run)


def compare(o: argparse.Namespace) -> None:
    """Tell what differs between two runs or revisions."""
    from deepgen.ledger.compare import compare

    compare(o.a, o.b)


def _run(job: Job, **arguments: Any) -> None:
    """Run the stage of the job's name, imported only if the store does not have its outputs."""
    name = job.stage.replace("-", "_")

    def make(out: Path) -> Any:
        if arguments.get("device") == "auto":
            take_gpu()
        module = importlib.import_module(f"deepgen.stages.{name}")
        return getattr(module, name)(out=out, settings=job.settings, **arguments)

    job.run(make)


def _in(folder: Path, *names: str) -> dict[str, Path]:
    return {name: folder / name for name in names}


def _parse_roles(pairs: list[str]) -> dict[str, Path]:
    for pair in pairs:
        if "=" not in pair:
            raise DeepgenError(f"--input {pair}: write it as ROLE=PATH")
    return {role: Path(path) for role, path in (pair.split("=", 1) for pair in pairs)}


def _job(
    o: argparse.Namespace,
    inputs: dict[str, Path],
    outputs: list[str] | Callable[[dict[str, Any]], list[str]],
) -> Job:
    settings = _settings(o)
    outputs = outputs(settings) if callable(outputs) else outputs
    # Several figures or scores share a folder, so their provenance is named after them
    named = {
        "figure": settings.get("output"),
        "score": settings.get("score"),
        "report": settings.get("page"),
        "table": "tables",
    }
    return Job(
        stage=o.command,
        inputs=inputs,
        out=o.out,
        outputs=outputs,
        settings=settings,
        seed=getattr(o, "seed", None),
        expected_code=_parse_json("--expect-code", o.expect_code) if o.expect_code else None,
        store_dir=getattr(o, "store", None),
        provenance=f"{named.get(o.command, o.command)}.prov.json",
        lock_timeout=getattr(o, "lock_timeout", -1),
        keep=o.command not in ("fetch", "prepare"),
    )


def _settings(o: argparse.Namespace) -> dict[str, Any]:
    text = o.settings
    if text.lstrip().startswith("{"):
        settings = _parse_json("--settings", text)
        needed = NEEDED[o.command]
        if o.command == "score":
            parzen = settings.get("score") == "parzen"
            needed += ("folds",) if parzen else ("comparison", "features")
        if missing := [key for key in needed if key not in settings]:
            raise DeepgenError(
                f"--settings has no key {', '.join(missing)}: add it, or give a file"
            )
        return settings
    if getattr(o, "name", None) == "":
        raise DeepgenError(f"--name is missing: say which {o.command} of {text}")
    if o.command == "theory":
        return json.loads(Plan(load_config(Path(text), Path(text).parent)).settings("theory"))
    path, _, name = text.partition(":")
    if not name:
        return stage_settings(o.command, _experiment(o), getattr(o, "name", ""))
    plan = Plan(load_config(Path(path), Path(path).parent))
    return json.loads(plan.settings(o.command, _named(plan, path, name), getattr(o, "name", "")))


def _experiment(o: argparse.Namespace) -> Experiment:
    """The experiment of `--settings`, given as a file."""
    path, _, name = o.settings.partition(":")
    if name:
        plan = Plan(load_config(Path(path), Path(path).parent))
        return plan.trained[_named(plan, path, name)]
    if "experiments" in (read_yaml(Path(path)) if Path(path).is_file() else {}):
        raise DeepgenError(f"{path} is a run file: name one of its experiments, as in {path}:mnist")
    return load_experiment(Path(path))


def _named(plan: Plan, path: str, name: str) -> str:
    if name not in plan.trained:
        raise DeepgenError(f"{path} has no experiment {name!r}; it has {', '.join(plan.trained)}")
    return name


def _parse_json(option: str, text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DeepgenError(f"{option} is not JSON ({error}): correct it") from None
