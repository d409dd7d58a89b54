"""`deepgen <stage>`: parse, call one function, report errors in one sentence."""

import argparse
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from deepgen.config import load_config, load_experiment, read_yaml, stage_settings
from deepgen.errors import DeepgenError
from deepgen.jobs.identity import code_from
from deepgen.jobs.job import Job
from deepgen.jobs.plan import Plan

SETTINGS_HELP = """the stage's settings: an experiment file (config/experiments/mnist.yaml), an
experiment of a run file (config/quick.yaml:mnist), or resolved JSON, as Snakemake gives it"""

CURES = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EACCES: "mend its mode or choose another folder",
    errno.EPERM: "mend its mode or choose another folder",
    errno.EROFS: "choose another folder",
    errno.EEXIST: "correct the path",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "correct the path",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        options.function(options)
    except DeepgenError as error:
        print(f"deepgen {options.command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyError as error:
        if not getattr(options, "settings", "").lstrip().startswith("{"):
            raise
        print(f"deepgen {options.command}: --settings has no key {error}", file=sys.stderr)
        return 1
    except (OSError, SafetensorError) as error:
        number = _error_number(error)
        if number not in CURES:
            raise
        named = getattr(error, "filename2", None) or getattr(error, "filename", None)
        folders = (options.out, getattr(options, "store", None))
        where = named or " or ".join(str(folder) for folder in folders if folder)
        print(
            f"deepgen {options.command}: cannot use {where}: {os.strerror(number)}; "
            f"{CURES[number]}, then run the same command again",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(f"deepgen {options.command}: interrupted", file=sys.stderr)
        return 130
    return 0


def _error_number(error: Exception) -> int | None:
    """The errno, which safetensors and numpy hide in their messages."""
    if match := re.search(r"\(os error (\d+)\)", str(error)):
        return int(match[1])
    if re.search(r"\d+ requested and \d+ written", str(error)):
        return errno.ENOSPC
    return getattr(error, "errno", None)


def build_parser() -> argparse.ArgumentParser:
    """All stages and tools with their options."""
    parser = argparse.ArgumentParser(prog="deepgen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="STAGE")

    p = _stage(commands, fetch, "download and verify the files of a data set")
    p.add_argument("--bundled", type=Path, default=Path("data/bundled"), help="asked last")
    p.add_argument(
        "--mirror",
        default=os.environ.get("DEEPGEN_MIRROR"),
        help="folder or base URL asked first: <mirror>/<dataset>/<file> (default: $DEEPGEN_MIRROR)",
    )

    p = _stage(commands, prepare, "raw files to arrays and splits")
    p.add_argument("--raw", type=Path, required=True, help="folder that fetch made")

    p = _stage(commands, train, "train one seed of an experiment", seed=True, store=True)
    _data(p)
    p.add_argument(
        "--stop-after",
        type=float,
        metavar="SECONDS",
        help="save and leave with code 75 after this time; the same command continues",
    )

    p = _stage(commands, sample, "draw samples from a model", seed=True, store=True)
    _file(p, "model", "model file")

    p = _stage(commands, interpolate, "decode lines in z space (Figure 3)", store=True)
    _file(p, "model", "model file")

    p = _stage(commands, neighbours, "find nearest training images (Figure 2)", store=True)
    _file(p, "samples", "samples.npy")
    _data(p)

    p = _stage(commands, reference, "make a reference set of samples", store=True, named=True)
    _data(p)

    p = _stage(commands, select_sigma, "choose the Parzen window's bandwidth", store=True)
    _file(p, "samples", "samples.npy")
    _data(p)

    p = _stage(commands, score, "score samples on the test split", store=True, named=True)
    _file(p, "samples", "samples.npy")
    _file(p, "sigma", "sigma.json")
    _data(p)

    p = _stage(commands, figure, "draw one figure", named=True)
    _roles(p)

    p = _stage(commands, table, "make Table 1")
    p.add_argument("--scores", type=Path, nargs="+", required=True, help="one file a row")

    p = _stage(commands, report, "write the HTML report")
    _roles(p)

    p = commands.add_parser("publish", help="copy a finished report to reports/<run>/")
    p.add_argument("run", type=Path, help="results/<run>")
    p.add_argument("--out", type=Path, default=Path("reports"), help="default: reports")
    p.set_defaults(function=publish)

    p = commands.add_parser("store", help="list or prune the store")
    p.add_argument("action", choices=["list", "prune"])
    _store(p)
    p.add_argument(
        "--results", type=Path, default=Path("results"), help="prune keeps what these runs use"
    )
    p.add_argument(
        "--interrupted", action="store_true", help="prune trainings that were interrupted, too"
    )
    p.set_defaults(function=manage_store, out=None)
    return parser


def fetch(o: argparse.Namespace) -> None:
    """Download and verify the files of a data set."""
    job = _job(o, {}, lambda settings: [file["name"] for file in settings["files"]])

    def make(out: Path) -> dict[str, str]:
        from deepgen.stages.fetch import fetch

        return fetch(job.settings, out, o.mirror, o.bundled)

    job.run(make)


def prepare(o: argparse.Namespace) -> None:
    """Raw files to arrays and splits."""
    settings = _settings(o)
    files = [name for part in settings["parts"].values() for name in part.values()]
    outputs = ["meta.json"]
    for name, split in settings["splits"].items():
        labelled = "labels" in settings["parts"][split["part"]]
        outputs += [f"{name}.npy"] + [f"{name}_labels.npy"] * labelled
    job = _job(o, {name: o.raw / name for name in files}, outputs)

    def make(out: Path) -> None:
        from deepgen.stages.prepare import prepare

        prepare(o.raw, out, job.settings)

    job.run(make)


def train(o: argparse.Namespace) -> None:
    """Train one seed of an experiment."""
    from deepgen.jobs.train_job import run_training

    labels = [n for n in ["train_labels.npy"] if (o.data / n).exists()]
    inputs = _in(o.data, "train.npy", *labels, "valid.npy")
    models = ["selected", "last", "objective"]
    outputs = [f"{m}.safetensors" for m in models] + ["history.csv", "previews.npy"]
    run_training(_job(o, inputs, outputs), o.data, o.device, o.stop_after)


def sample(o: argparse.Namespace) -> None:
    """Draw samples from a model."""
    job = _job(o, {"model": o.model}, ["samples.npy"])

    def make(out: Path) -> None:
        from deepgen.stages.sample import sample

        sample(o.model, out, job.settings, o.seed, _model_code(job), o.device)

    job.run(make)


def interpolate(o: argparse.Namespace) -> None:
    """Decode lines in z space (Figure 3)."""
    job = _job(o, {"model": o.model}, ["interpolation.npy"])

    def make(out: Path) -> None:
        from deepgen.stages.interpolate import interpolate

        interpolate(o.model, out, job.settings, _model_code(job), o.device)

    job.run(make)


def neighbours(o: argparse.Namespace) -> None:
    """Find nearest training images (Figure 2)."""
    inputs = {"samples": o.samples} | _in(o.data, "train.npy")
    job = _job(o, inputs, ["neighbours.npz"])

    def make(out: Path) -> None:
        from deepgen.stages.neighbours import neighbours

        neighbours(o.samples, o.data, out, job.settings, o.device)

    job.run(make)


def reference(o: argparse.Namespace) -> None:
    """Make a reference set of samples."""
    job = _job(o, _in(o.data, "train.npy"), ["samples.npy"])

    def make(out: Path) -> None:
        from deepgen.stages.reference import reference

        reference(o.data, out, job.settings)

    job.run(make)


def select_sigma(o: argparse.Namespace) -> None:
    """Choose the Parzen window's bandwidth."""
    inputs = {"samples": o.samples} | _in(o.data, "valid.npy")
    job = _job(o, inputs, ["sigma_grid.csv", "sigma.json"])

    def make(out: Path) -> None:
        from deepgen.stages.select_sigma import select_sigma

        select_sigma(o.samples, o.data, out, job.settings, o.device)

    job.run(make)


def score(o: argparse.Namespace) -> None:
    """Score samples on the test split."""
    inputs = {"samples": o.samples, "sigma": o.sigma} | _in(o.data, "test.npy")
    job = _job(o, inputs, lambda settings: [f"{settings['score']}.json"])

    def make(out: Path) -> None:
        from deepgen.stages.score import score

        score(o.samples, o.sigma, o.data, out, job.settings, o.device)

    job.run(make)


def figure(o: argparse.Namespace) -> None:
    """Draw one figure."""
    inputs = _parse_roles(o.input)
    job = _job(o, inputs, lambda s: [f"{s['output']}.{kind}" for kind in ("png", "pdf", "txt")])

    def make(out: Path) -> None:
        from deepgen.stages.figure import figure

        figure(inputs, out, job.settings)

    job.run(make)


def table(o: argparse.Namespace) -> None:
    """Make Table 1."""
    inputs = {f"{i:03d} {path.parent.name}": path for i, path in enumerate(o.scores)}
    job = _job(o, inputs, [f"table1.{kind}" for kind in ("csv", "md", "tex")])

    def make(out: Path) -> None:
        from deepgen.stages.table import table

        table(o.scores, out, job.settings)

    job.run(make)


def report(o: argparse.Namespace) -> None:
    """Write the HTML report."""
    inputs = _parse_roles(o.input)
    outputs = ["index.html", "runs.csv"]
    job = _job(o, inputs, lambda s: outputs + [f"{name}.html" for name in s["experiments"]])

    def make(out: Path) -> None:
        from deepgen.stages.report import report

        report(inputs, out, job.settings)

    job.run(make)


def publish(o: argparse.Namespace) -> None:
    """Copy a finished report to reports/<run>/."""
    from deepgen.reporting.publish import publish

    for path in publish(o.run, o.out / o.run.name):
        print(path)


def manage_store(o: argparse.Namespace) -> None:
    """List or prune the store."""
    from deepgen.jobs import store

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


def _stage(
    commands: Any,
    function: Callable,
    help: str,
    seed: bool = False,
    store: bool = False,
    named: bool = False,
) -> argparse.ArgumentParser:
    name = function.__name__.replace("_", "-")
    p = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
    p.add_argument("--settings", required=True, metavar="FILE|JSON", help=SETTINGS_HELP)
    if named:
        p.add_argument("--name", default="", help=f"which {name}, if --settings is a file")
    p.add_argument("--out", type=Path, required=True, help="folder of the outputs")
    p.add_argument(
        "--expect-code",
        metavar="JSON",
        help="fingerprints at planning time; refuse to run if the code changed since",
    )
    p.add_argument(
        "--device",
        type=_device,
        default="auto",
        help="cpu, cuda, cuda:1, or auto (default): a GPU if any",
    )
    if seed:
        p.add_argument("--seed", type=int, required=True, help="of the experiment")
    if store:
        _store(p)
        p.add_argument(
            "--lock-timeout",
            type=float,
            default=-1,
            metavar="SECONDS",
            help="how long to wait for a process that makes the same (default: for ever)",
        )
    p.set_defaults(function=function)
    return p


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", name):
        raise argparse.ArgumentTypeError(f"{name!r} is not cpu, cuda, cuda:1 or auto")
    return name


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that prepare made")


def _store(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DEEPGEN_STORE", "store")
    help = "folder of the store (default: $DEEPGEN_STORE, or store)"
    parser.add_argument("--store", type=Path, default=Path(default), help=help)


def _file(parser: argparse.ArgumentParser, name: str, help: str) -> None:
    parser.add_argument(f"--{name}", type=Path, required=True, help=help)


def _roles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input", nargs="+", default=[], metavar="ROLE=PATH", help="what it is made of"
    )


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
    named = {"figure": settings.get("output"), "score": settings.get("score"), "table": "table1"}
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
    )


def _settings(o: argparse.Namespace) -> dict[str, Any]:
    text = o.settings
    if text.lstrip().startswith("{"):
        return _parse_json("--settings", text)
    if getattr(o, "name", None) == "":
        raise DeepgenError(f"--name is missing: say which {o.command} of {text}")
    path, _, name = text.partition(":")
    if not name:
        if "experiments" in (read_yaml(Path(path)) if Path(path).is_file() else {}):
            raise DeepgenError(
                f"{path} is a run file: name one of its experiments, as in {path}:mnist"
            )
        experiment = load_experiment(Path(path))
        return stage_settings(o.command, experiment, getattr(o, "name", ""))
    plan = Plan(load_config(Path(path), Path(path).parent))
    if name not in plan.config.experiments:
        known = ", ".join(plan.config.experiments)
        raise DeepgenError(f"{path} has no experiment {name!r}; it has {known}")
    return json.loads(plan.settings(o.command, name, getattr(o, "name", "")))


def _parse_json(option: str, text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DeepgenError(f"{option} is not JSON ({error}): correct it") from None


def _model_code(job: Job) -> dict[str, str]:
    return code_from(f"deepgen.models.{job.settings['model']['family']}")


if __name__ == "__main__":
    sys.exit(main())
