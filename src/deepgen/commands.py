"""What the tools of `deepgen` beside its stages do with their options."""

import argparse
import re
import sys

from rich import filesize

from deepgen.config import load_config
from deepgen.engine import store
from deepgen.errors import DeepgenError
from deepgen.files import write_atomically
from deepgen.json_file import parse_json
from deepgen.report.model_names import MODEL
from deepgen.report.publish import publish as publish_report
from deepgen.typed import NAME, PATTERNS


def add_dataset(o: argparse.Namespace) -> None:
    """Make an experiment of a person's own images."""
    from deepgen.own_data.add import add_dataset  # Pillow and NumPy are slow to import

    add_dataset(o.source, o.name, o.title, o.size, o.grey, o.classes, o.labels)


def publish(o: argparse.Namespace) -> None:
    """Copy a finished report to reports/<run>/, or what another name is given."""
    if o.name and not re.fullmatch(NAME, o.name):
        raise DeepgenError(f"--as is {o.name!r}: must be {PATTERNS[NAME]}")
    target = o.out / (o.name or o.run.name)
    published = publish_report(o.run, target, o.models)
    size = sum(path.stat().st_size for path in published.files)
    print(f"{target}: {len(published.files):,} files, {filesize.decimal(size)}")
    for model in (path for path in published.files if path.name == MODEL):
        print(f"with the model {model}")
    for remark in published.remarks:
        print(f"deepgen publish: {remark}", file=sys.stderr)


def draw(o: argparse.Namespace) -> None:
    """Draw images from a trained model."""
    if not o.grid and not o.out:
        raise DeepgenError("say where the images go: --grid PNG for a picture, or --out NPY")
    from deepgen.api import load_model  # torch is slow to import
    from deepgen.data.arrays import save_array
    from deepgen.figures import style
    from deepgen.figures.grid import grid

    model = load_model(o.name)
    images = model.sample(o.number, o.seed)
    if o.grid:
        figure = grid(images, model.space.settings["name"])
        write_atomically(o.grid, lambda path: style.save(figure, path, o.grid.suffix[1:]))
        print(o.grid)
    if o.out:
        save_array(o.out, images)
        print(o.out)


def pdf(o: argparse.Namespace) -> None:
    """Print a page of the report."""
    from deepgen.report.pdf import write_pdf  # matplotlib is slow to import

    write_pdf(o.html, o.out)


def manage_store(o: argparse.Namespace) -> None:
    """List or prune the store."""
    if o.action == "list":
        entries = store.entries(o.store)
        if not entries:
            print(f"nothing in {o.store}")
        for entry in entries:
            state = "finished" if entry["finished"] else "running or stopped"
            size = f"{entry['bytes'] / 1e6:8.1f} MB"
            key = entry["key"][:12]  # enough to find its folder
            what = f"{entry['stage']:13} {key} {entry['budget']:>5} {size}  {state:18}"
            print(f"{what}  {entry['name']}")
        return
    if not o.results.is_dir():
        raise DeepgenError(
            f"--results {o.results} is no folder, so all of {o.store} would be deleted: correct "
            "the path, or delete the store yourself"
        )
    keep = set()
    for path in o.results.rglob("*.prov.json"):
        keep.add(parse_json(str(path), path.read_text(encoding="utf-8")).get("key"))
    for folder in store.prune(o.store, keep, o.interrupted):
        print(f"deleted {folder}")


def status(o: argparse.Namespace) -> None:
    """Show all trainings in the store."""
    from deepgen.engine.status import print_trainings, watch_trainings

    (watch_trainings if o.watch else print_trainings)(o.store)


def estimate(o: argparse.Namespace) -> None:
    """Tell what the trainings of a run will take."""
    from deepgen.engine.estimate import print_estimate

    print_estimate(o.configfile, o.cores, o.brief)


def ledger(o: argparse.Namespace) -> None:
    """Record finished outputs with DVC."""
    from deepgen.engine.ledger.record import record

    record(load_config(o.configfile), push=o.push)


def restore(o: argparse.Namespace) -> None:
    """Bring recorded outputs back to the shelf."""
    from deepgen.engine.ledger.restore import restore

    restore(load_config(o.configfile))


def compare(o: argparse.Namespace) -> None:
    """Tell what differs between two runs or revisions."""
    from deepgen.engine.compare.sides import read_side
    from deepgen.engine.compare.text import print_comparison

    a, b = read_side(o.a), read_side(o.b)
    print_comparison(a, b)
    if o.plot:
        from deepgen.engine.compare.plot import plot_comparison  # so is matplotlib

        plot_comparison(a, b, o.plot)
        print(f"\n{o.plot}")


def tensorboard(o: argparse.Namespace) -> None:
    """Write the curves of trainings as events of TensorBoard."""
    from deepgen.engine.events import write_events

    write_events(o.source, o.out, o.watch)
