"""What each command of `deepgen` does with its options: name a job's files, then run it."""

import argparse
import importlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from deepgen.checks import check_name
from deepgen.config import (
    check_section,
    load_config,
    load_experiment,
    read_yaml,
)
from deepgen.data.registry import prepared_names, raw_inputs, raw_names
from deepgen.engine import store
from deepgen.engine.gpu_slots import take_gpu
from deepgen.engine.identity import model_code
from deepgen.engine.job import Job
from deepgen.engine.pages import TABLES, report_names
from deepgen.engine.plan import Plan
from deepgen.engine.slices import REFERENCES, stage_settings
from deepgen.engine.train_job import run_training
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES
from deepgen.figures.catalogue import STUDIES, Study
from deepgen.papers import PAPERS, paper_of
from deepgen.places import fold_folders
from deepgen.report.publish import publish as publish_report
from deepgen.settings import Experiment
from deepgen.training.settings import Training

# Keys of each stage's slice, for settings that a person gives as JSON.
NEEDED = {
    "fetch": ("dataset", "files"),
    "prepare": ("parser", "parts", "splits"),
    "count": ("model", "model_space", "objective", "training", "shape", "num_examples"),
    "train": ("model", "model_space", "score_space", "objective", "training", "threads"),
    "sample": ("model", "model_space", "score_space", "num_samples", "threads"),
    "likelihood": ("model", "model_space", "likelihood", "threads"),
    "parzen-spread": (
        *("model", "model_space", "score_space", "parzen", "parzen_spread", "folds", "threads"),
    ),
    "study": ("study", "threads"),
    "reference": ("score_space", "threads", "reference"),
    "select-sigma": ("score_space", "threads", "parzen"),
    "score": ("score_space", "threads", "score", "reads"),
    "classify": ("score_space", "threads", "classifier"),
    "figure": ("figure", "output"),
    "table": ("rows",),
    "report": ("run", "page", "order", "experiments", "not_run", "papers", "figures"),
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


def count(o: argparse.Namespace) -> None:
    """Count what a training takes."""
    _run(_job(o, {}, ["operations.json"]))


def train(o: argparse.Namespace) -> None:
    """Train one seed of an experiment."""
    settings = _settings(o)
    _check_first_phase(o)
    labels = [n for n in ["train_labels.npy"] if (o.data / n).exists()]
    valid = ["valid.npy"] * _reads_validation(settings["training"]["selection"]["rule"])
    inputs = _in(o.data, "train.npy", *labels, *valid)
    if o.first_phase:
        inputs["first_phase"] = o.first_phase
    models = ["selected", "last", "objective"]
    outputs = [f"{m}.safetensors" for m in models] + ["history.csv", "previews.npy"]
    run_training(_job(o, inputs, outputs), o.data, o.first_phase, o.device, o.stop_after)


def _reads_validation(rule: str) -> bool:
    kinds = get_args(Training.model_fields["selection"].annotation)
    return any(
        k.READS_VALIDATION for k in kinds if get_args(k.model_fields["rule"].annotation) == (rule,)
    )


def _check_first_phase(o: argparse.Namespace) -> None:
    """Refuse a second phase without its first, and a first one with another's model."""
    if o.settings.lstrip().startswith("{"):
        return
    first = _experiment(o).init_from
    if first and not o.first_phase:
        raise DeepgenError(
            f"{o.settings} continues {first}: give that experiment's last.safetensors as "
            "--first-phase"
        )
    if o.first_phase and not first:
        raise DeepgenError(f"{o.settings} continues no other experiment: leave out --first-phase")


def classify(o: argparse.Namespace) -> None:
    """Train the classifier whose features the comparing scores use."""
    parts = "train.npy", "train_labels.npy", "test.npy", "test_labels.npy"
    outputs = ["classifier.safetensors", "classifier.json"]
    _run(_job(o, _in(o.data, *parts), outputs), data=o.data, device=o.device)


def sample(o: argparse.Namespace) -> None:
    """Draw samples from a model."""
    job = _job(o, {"model": o.model}, ["samples.npy"])
    _run(job, model=o.model, seed=o.seed, code=model_code(job.settings), device=o.device)


def likelihood(o: argparse.Namespace) -> None:
    """Take the log-likelihood of the test images."""
    inputs = {"model": o.model} | _in(o.data, "test.npy")
    job = _job(o, inputs, ["loglik.npy", "likelihood.json"])
    _run(job, model=o.model, data=o.data, code=model_code(job.settings), device=o.device)


def parzen_spread(o: argparse.Namespace) -> None:
    """Take the errors of a Parzen score that its ± leaves out."""
    settings = _settings(o)
    folds = fold_folders(settings["folds"])
    reads = SCORES["parzen_spread"].reads
    inputs = {"model": o.model, "samples": o.samples}
    inputs |= _in(o.data, *(f"{fold}{split}.npy" for fold in folds for split in reads))
    job = _job(o, inputs, ["parzen_spread.json"])
    code = model_code(job.settings)
    files = {"model": o.model, "samples": o.samples, "data": o.data}
    _run(job, **files, seed=o.seed, code=code, device=o.device)


def study(o: argparse.Namespace) -> None:
    """Work out what a figure shows."""
    settings = _settings(o)
    spec = _study_of(settings)
    inputs = {}
    for name in ("model", "samples"):
        path = getattr(o, name)
        if (path is None) == (spec.of == name):
            raise DeepgenError(f"this study starts from {spec.of}: {_cure(name, spec.of == name)}")
        if path is not None:
            inputs[name] = path
    if spec.reads and o.data is None:
        raise DeepgenError("this study reads images: give --data")
    inputs |= _in(o.data, *(f"{split}.npy" for split in spec.reads)) if spec.reads else {}
    job = _job(o, inputs, list(spec.outputs))
    code = model_code(job.settings) if o.model else None
    # What starts from nothing has small networks of its own
    device = "cpu" if spec.of == "nothing" else o.device
    _run(job, model=o.model, samples=o.samples, data=o.data, code=code, device=device)


def _study_of(settings: dict[str, Any]) -> Study:
    """The study that the settings name, whose own sections they must have."""
    papers = [paper_of(name) for name in PAPERS]
    known = [*STUDIES.values(), *(s for paper in papers for s in paper.STUDIES.values())]
    spec = next((known_one for known_one in known if known_one.module == settings["study"]), None)
    if spec is None:
        raise DeepgenError(f"study {settings['study']!r} is not known: name a file as --settings")
    of = {"model": ("score_space", "model", "model_space"), "samples": ("score_space",)}
    _check_keys(settings, (*spec.settings, *of.get(spec.of, ())))
    for paper in papers:
        if spec.of == "nothing" and spec in paper.STUDIES.values():
            own = {key: settings[key] for key in spec.settings}
            check_section(paper.SETTINGS, own, "--settings")
    return spec


def _cure(option: str, needed: bool) -> str:
    return f"give --{option}" if needed else f"leave out --{option}"


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
    inputs, folds = {"samples": o.samples}, [""]
    if "folds" in settings:
        folds = fold_folders(settings["folds"])
        if len(o.sigma) != len(folds):
            raise DeepgenError(f"--sigma needs {len(folds)} files, one a fold, not {len(o.sigma)}")
        inputs |= {f"{fold}sigma": path for fold, path in zip(folds, o.sigma, strict=True)}
    elif o.sigma:
        raise DeepgenError(f"the score {settings['score']} has no sigma: leave out --sigma")
    inputs |= _in(o.data, *(f"{fold}{s}.npy" for fold in folds for s in settings["reads"]))
    if ("features" in settings) != (o.classifier is not None):
        raise DeepgenError("give --classifier if and only if features are compared")
    if o.classifier:
        inputs["classifier"] = o.classifier
    kinds = ("json", "npy") if "folds" in settings else ("json",)
    job = _job(o, inputs, [f"{settings['score']}.{kind}" for kind in kinds])
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
    kinds = ("csv", "md", "tex")
    job = _planned(o, lambda _: [f"{name}.{kind}" for name in TABLES for kind in kinds])
    _run(job, inputs=job.inputs)


def report(o: argparse.Namespace) -> None:
    """Write a page of the HTML report."""
    job = _planned(o, report_names)
    _run(job, inputs=job.inputs)


def publish(o: argparse.Namespace) -> None:
    """Copy a finished report to reports/<run>/."""
    for path in publish_report(o.run, o.out / o.run.name):
        print(path)


def pdf(o: argparse.Namespace) -> None:
    """Print a page of the report."""
    from deepgen.report.pdf import write_pdf  # matplotlib is slow to import

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
    from deepgen.engine.status import print_trainings

    print_trainings(o.store)


def estimate(o: argparse.Namespace) -> None:
    """Tell what the trainings of a run will take."""
    from deepgen.engine.estimate import print_estimate

    print_estimate(o.configfile, o.cores, o.brief)


def ledger(o: argparse.Namespace) -> None:
    """Record finished outputs with DVC."""
    from deepgen.engine.ledger.record import record

    record(o.configfile, push=o.push)


def restore(o: argparse.Namespace) -> None:
    """Bring recorded outputs back into the store."""
    from deepgen.engine.ledger.restore import restore

    restore(o.configfile, load_config(o.configfile).run)


def compare(o: argparse.Namespace) -> None:
    """Tell what differs between two runs or revisions."""
    from deepgen.engine.ledger.comparison_text import print_comparison

    print_comparison(o.a, o.b)


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
        "study": settings.get("study", "").rpartition(".")[2],
        "score": settings.get("score"),
        "parzen-spread": "parzen_spread",
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


def _planned(o: argparse.Namespace, outputs: Callable[[dict[str, Any]], list[str]]) -> Job:
    """A job about the whole run, from the file that `Pages.write_job_files` made."""
    if not o.job.is_file():
        raise DeepgenError(f"{o.job} is missing: `snakemake -n` writes it")
    planned = _parse_json(str(o.job), o.job.read_text(encoding="utf-8"))
    if not isinstance(planned, dict) or planned.keys() != {"settings", "code", "inputs"}:
        raise DeepgenError(f"{o.job} is no job: delete it, and `snakemake -n` writes it again")
    settings = planned["settings"]
    _check_keys(settings, NEEDED[o.command], str(o.job))
    return Job(
        stage=o.command,
        inputs={role: Path(path) for role, path in planned["inputs"].items()},
        out=o.out,
        outputs=outputs(settings),
        settings=settings,
        expected_code=planned["code"],
        provenance=f"{settings.get('page', 'tables')}.prov.json",
    )


def _settings(o: argparse.Namespace) -> dict[str, Any]:
    text = o.settings
    if text.lstrip().startswith("{"):
        settings = _parse_json("--settings", text)
        needed = NEEDED[o.command]
        if o.command == "score":
            check_name("score", settings.get("score", "parzen"), None)
            sigma = SCORES[settings.get("score", "parzen")].sigma
            needed += ("folds",) if sigma else ("comparison",)
        if o.command == "reference":
            needed += REFERENCES.get(settings.get("reference"), ())
        _check_keys(settings, needed)
        return settings
    if getattr(o, "name", None) == "":
        raise DeepgenError(f"--name is missing: say which {o.command} of {text}")
    path, _, owner = text.partition(":")
    name = getattr(o, "name", "")
    if not owner:
        return stage_settings(o.command, _experiment(o), name)
    plan = Plan(load_config(Path(path), Path(path).parent))
    owner = _named(plan, path, owner)
    if owner in PAPERS:
        known = {"study": plan.run_studies(owner), "figure": paper_of(owner).RUN_FIGURES}
        if name not in known.get(o.command, ()):
            raise DeepgenError(
                f"{o.command} {name!r} is not known of {owner}: choose from "
                f"{', '.join(known.get(o.command, ())) or 'other stages'}"
            )
    return json.loads(plan.settings(o.command, owner, name))


def _check_keys(settings: dict[str, Any], needed: Sequence[str], where: str = "--settings") -> None:
    if missing := [key for key in needed if key not in settings]:
        raise DeepgenError(f"{where} has no key {', '.join(missing)}: add it, or give a file")


def _experiment(o: argparse.Namespace) -> Experiment:
    """The experiment of `--settings`, given as a file."""
    path, _, name = o.settings.partition(":")
    if name:
        plan = Plan(load_config(Path(path), Path(path).parent))
        return plan.config[_named(plan, path, name)]
    if "experiments" in (read_yaml(Path(path)) if Path(path).is_file() else {}):
        raise DeepgenError(f"{path} is a run file: name one of its experiments, as in {path}:mnist")
    return load_experiment(Path(path))


def _named(plan: Plan, path: str, name: str) -> str:
    known = [*plan.trained, *plan.counted, *plan.papers]
    if name not in known:
        raise DeepgenError(f"{path} has no experiment {name!r}; it has {', '.join(known)}")
    return name


def _parse_json(option: str, text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DeepgenError(f"{option} is not JSON ({error}): correct it") from None
