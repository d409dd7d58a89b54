"""`deepgen <stage>`: parse, call one function, report errors in one sentence."""

import argparse
import errno
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from deepgen.engine.stop import received_signal, stoppable
from deepgen.errors import DeepgenError

DESCRIPTION = """Rebuild papers of early deep generative modelling, stage by stage.
`make reproduce` runs the stages in order, in minutes. The plain `snakemake --cores all` builds the
whole paper at full scale, for weeks on two cores: `deepgen estimate` says how long here.
docs/how-it-works.md tells what each stage makes."""

DRAW = """draw images from a trained model by its name; `deepgen sample NAME` does the same"""
MODEL_HELP = """an experiment, as mnist, or <run>/<experiment>: a published model, or one of a run
of yours; or a model file"""

SETTINGS_HELP = """the stage's settings: an experiment file (config/experiments/mnist.yaml), an
experiment of a run file (config/config.yaml:mnist), or resolved JSON, as Snakemake gives it"""

SET_HELP = """change one setting of that file, as in training.optimiser.learning_rate=0.05; may be
repeated"""
JOB_HELP = """settings, code and inputs: results/<run>/.jobs/<page>.json, which Snakemake writes
when it plans"""
CODE_HELP = "fingerprints at planning time; refuse to run if the code changed since"
DEVICE_HELP = "cpu, cuda, cuda:1, or auto (default): a GPU if any"
LOCK_HELP = "wait so long for a process that makes the same; -1 (default): for ever"

CURES = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EACCES: "fix its mode or choose another folder",
    errno.EPERM: "fix its mode or choose another folder",
    errno.EROFS: "choose another folder",
    errno.EEXIST: "correct the path",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "correct the path",
    errno.ENAMETOOLONG: "correct the path",
    errno.ELOOP: "correct the path",
}
# How torch says that memory or an index of it is not enough; its errors have no class of their own
NO_MEMORY = re.compile(
    r"can't allocate memory|not enough memory|out of memory|Storage size calculation overflowed"
    r"|Overflow when unpacking|integer multiplication overflow"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    command = ""
    with stoppable():
        try:
            typed = sys.argv[1:] if arguments is None else arguments
            options = build_parser().parse_args(_as_meant(typed))
            options.command = typed[0]
            command = f" {options.command}"
            return _run(options)
        except BaseException as error:  # libraries turn an interrupt into errors of their own
            if not received_signal() and not isinstance(error, KeyboardInterrupt):
                raise
            print(f"deepgen{command}: interrupted", file=sys.stderr)
            return 128 + (received_signal() or signal.SIGINT)


def _as_meant(arguments: Sequence[str]) -> list[str]:
    """`deepgen sample NAME` as `deepgen draw NAME`; the stage of that name has other options."""
    words = list(arguments)
    named = words[1:] and not words[1].startswith("-")
    if words[:1] == ["sample"] and (named or {"-n", "--grid"} & set(words)):
        words[0] = "draw"
    return words


def _run(options: argparse.Namespace) -> int:
    try:
        options.function(options)
    except DeepgenError as error:
        print(f"deepgen {options.command}: {error}", file=sys.stderr)
        return error.exit_code
    except (OSError, SafetensorError) as error:
        number = _error_number(error)
        named = getattr(error, "filename2", None) or getattr(error, "filename", None)
        folders = [folder for folder in (options.out, getattr(options, "store", None)) if folder]
        cure = CURES.get(number) or _cure_of_missing(number, named, folders)
        if cure is None:
            raise
        where = str(named or " or ".join(map(str, folders)))
        print(
            f"deepgen {options.command}: cannot use {where:.200}: {os.strerror(number)}; "
            f"{cure}, then run the same command again",
            file=sys.stderr,
        )
        return 1
    except (MemoryError, RuntimeError, TypeError) as error:
        if not isinstance(error, MemoryError) and not NO_MEMORY.search(str(error)):
            raise
        asked = re.search(r"allocate ([\d.]+ ?(?:bytes|[KMGTPE]iB))", str(error))
        print(
            f"deepgen {options.command}: needs more memory than there is"
            f"{f' ({asked[1]} at once)' if asked else ''}: lower what the settings ask for, such "
            "as units, batch_size or num_samples, or take a larger machine",
            file=sys.stderr,
        )
        return 1
    return 0


def _cure_of_missing(number: int | None, named: Any, folders: Sequence[Path]) -> str | None:
    """What to do if a folder of outputs cannot be made, as below /proc.

    Any other file that is missing where none may be is a bug, which keeps its traceback.
    """
    if number != errno.ENOENT or named is None:
        return None
    path = Path(os.fsdecode(named))
    own = (path.is_relative_to(f) or Path(f).is_relative_to(path) for f in folders)
    return "choose another folder" if any(own) else None


def _error_number(error: Exception) -> int | None:
    """The errno, which safetensors and numpy hide in their messages."""
    if match := re.search(r"\(os error (\d+)\)", str(error)):
        return int(match[1])
    if re.search(r"\d+ requested and \d+ written", str(error)):
        return errno.ENOSPC
    return getattr(error, "errno", None)


def build_parser() -> argparse.ArgumentParser:
    """All stages and tools with their options."""
    # Here, so that Ctrl-C while importing ends in a sentence
    from deepgen import commands as do
    from deepgen.engine.stages import STAGES

    parser = argparse.ArgumentParser(prog="deepgen", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"deepgen {version('deepgen')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    for name, stage in STAGES.items():
        _add_stage(commands.add_parser(name, help=stage.help, description=_sentence(stage)), stage)

    p = _tool(commands, "draw", DRAW)
    p.add_argument("name", help=MODEL_HELP)
    p.add_argument(
        "-n", dest="number", type=_images, default=100, help="images, 10,000 at most (default: 100)"
    )
    p.add_argument("--seed", type=_seed, default=1, help="of the draws (default: 1)")
    p.add_argument("--grid", type=_picture, metavar="FILE", help="a picture of them, PNG or PDF")
    p.add_argument(
        "--out", type=Path, metavar="FILE", help="the images themselves, float32 [n, H, W, C], .npy"
    )
    p.set_defaults(function=do.draw)
    p = _tool(commands, "add-dataset", "make an experiment of your own images")
    p.add_argument("source", type=Path, help="folder of pictures, or a file .npy, .npz or IDX")
    p.add_argument("--name", type=_name, required=True, help="of data set, experiment and run")
    p.add_argument("--title", help="in tables (default: the name)")
    p.add_argument("--size", type=_size, metavar="32|HxW", help="cut and scale pictures to this")
    p.add_argument("--grey", action="store_true", help="turn coloured pictures grey")
    p.add_argument("--classes", action="store_true", help="take the folders in it as classes")
    p.add_argument("--labels", type=Path, help="file of labels, for .npy and IDX")
    p.set_defaults(function=do.add_dataset, out=None)

    p = _tool(commands, "publish", "copy a finished report to reports/<run>/")
    p.add_argument("run", type=Path, help="results/<run>")
    p.add_argument(
        "--out",
        type=Path,
        default=Path("reports"),
        help="folder of all publications (default: reports)",
    )
    p.add_argument(
        "--as", dest="name", metavar="NAME", help="folder in that (default: the run's name)"
    )
    p.add_argument(
        "--models",
        nargs="*",
        metavar="EXPERIMENT",
        help="whose models go along (default: all that are small enough)",
    )
    p.set_defaults(function=do.publish)

    p = _tool(commands, "pdf", "print a page of the report as PDF")
    p.add_argument("--html", type=Path, required=True, help="results/<run>/report/index.html")
    p.add_argument("--out", type=Path, required=True, help="the PDF")
    p.set_defaults(function=do.pdf)

    p = _tool(commands, "store", "list or prune the store")
    p.add_argument("action", choices=["list", "prune"])
    _store(p)
    p.add_argument(
        "--results", type=Path, default=Path("results"), help="prune keeps what these runs use"
    )
    p.add_argument(
        "--interrupted", action="store_true", help="prune trainings that were interrupted, too"
    )
    p.set_defaults(function=do.manage_store, out=None)

    p = _tool(commands, "status", "show all trainings in the store")
    _store(p)
    p.add_argument("--watch", action="store_true", help="go on showing them, until Ctrl-C")
    p.set_defaults(function=do.status, out=None)

    p = _tool(commands, "estimate", "tell what a run's trainings take, before it runs")
    _run_file(p)
    p.add_argument(
        "--cores",
        type=_cores,
        default=os.cpu_count() or 1,
        help="on which trainings run side by side (default: all)",
    )
    p.add_argument(
        "--brief", action="store_true", help="only the total, and only if it is above an hour"
    )
    p.set_defaults(function=do.estimate, out=None)

    p = _tool(commands, "ledger", "record finished outputs with DVC")
    _run_file(p)
    p.add_argument("--push", action="store_true", help="and send them to the remote")
    p.set_defaults(function=do.ledger, out=None)

    p = _tool(commands, "restore", "bring back what was recorded, for jobs to take")
    _run_file(p)
    p.set_defaults(function=do.restore, out=None)

    p = _tool(commands, "compare", "tell what differs between two runs or revisions")
    for name in ("a", "b"):
        p.add_argument(name, help="results/<run>, reports/<run>, or a git revision")
    p.add_argument(
        "--plot", type=_picture, metavar="FILE", help="draw both runs' curves, as PNG or PDF"
    )
    p.set_defaults(function=do.compare, out=None)

    p = _tool(commands, "tensorboard", "write the curves of trainings for TensorBoard")
    p.add_argument(
        "source", type=Path, help="results/<run>, reports/<run>, or a store for what runs now"
    )
    p.add_argument("--out", type=Path, required=True, help="folder for tensorboard --logdir")
    p.add_argument("--watch", action="store_true", help="go on as they grow, until Ctrl-C")
    p.set_defaults(function=do.tensorboard)
    return parser


def _tool(commands: Any, name: str, said: str) -> argparse.ArgumentParser:
    """A command that is no stage; its own help begins with what the list of commands says."""
    return commands.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}.")


def _add_stage(p: argparse.ArgumentParser, stage: Any) -> None:
    """The options of a stage, from its row of `deepgen.engine.stages`."""
    from deepgen.stage_command import run_stage

    p.set_defaults(function=run_stage)
    if stage.whole_run:
        p.add_argument("--job", type=Path, required=True, help=JOB_HELP)
    else:
        p.add_argument("--settings", required=True, metavar="FILE|JSON", help=SETTINGS_HELP)
        p.add_argument(
            "--set",
            dest="changes",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help=SET_HELP,
        )
        p.add_argument("--expect-code", metavar="JSON", help=CODE_HELP)
    if stage.by_name:
        p.add_argument("--name", default="", help="which of them, if --settings is a file")
    if stage.seeded:
        p.add_argument("--seed", type=_seed, required=True, help="of the experiment")
    for name, option in stage.options.items():
        p.add_argument(
            option.flag or f"--{name.replace('_', '-')}",
            dest=name,
            required=option.required,
            type=option.kind,
            nargs=option.nargs,
            default=option.default,
            metavar=option.metavar,
            help=option.help,
        )
    p.add_argument("--out", type=Path, required=True, help="folder of the outputs")
    if stage.device:
        p.add_argument("--device", type=_device, default="auto", help=DEVICE_HELP)
    if "store" in stage.kept:
        _store(p)
        p.add_argument("--lock-timeout", type=float, default=-1, metavar="SECONDS", help=LOCK_HELP)


def _sentence(stage: Any) -> str:
    return f"{stage.help[0].upper()}{stage.help[1:]}."


def _seed(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed from 0 to {2**32 - 1}")
    return int(text)


def _images(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text) or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of images from 1 to 10000")
    return int(text)


def _picture(text: str) -> Path:
    if Path(text).suffix not in (".png", ".pdf"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png or .pdf")
    return Path(text)


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name of lower-case letters, digits, - and _"
        )
    return text


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,4})(?:x(\d{1,4}))?", text)
    sides = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not all(0 < side <= 1024 for side in sides):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 32 or 48x32")
    return sides


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", name):
        raise argparse.ArgumentTypeError(f"{name!r} is not cpu, cuda, cuda:1 or auto")
    return name


def _cores(text: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d{0,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of cores, such as 2")
    return int(text)


def _store(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DEEPGEN_STORE", "store")
    help = "folder of the store (default: $DEEPGEN_STORE, or store)"
    parser.add_argument("--store", type=Path, default=Path(default), help=help)


def _run_file(parser: argparse.ArgumentParser) -> None:
    default = Path("config/config.yaml")
    help = f"the run (default: {default})"
    parser.add_argument("--configfile", type=Path, default=default, help=help)


if __name__ == "__main__":
    sys.exit(main())
