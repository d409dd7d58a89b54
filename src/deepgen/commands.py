"""What the tools of `deepgen` beside its stages do with their options."""

import argparse

from deepgen.config import load_config
from deepgen.engine import store
from deepgen.errors import DeepgenError
from deepgen.report.publish import publish as publish_report
from deepgen.stage_command import parse_json


def add_dataset(o: argparse.Namespace) -> None:
    """Make an experiment of a person's own images."""
    from deepgen.own_data.add import add_dataset  # Pillow and NumPy are slow to import

    add_dataset(o.source, o.name, o.title, o.size, o.grey, o.classes, o.labels)


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
        keep.add(parse_json(str(path), path.read_text(encoding="utf-8")).get("key"))
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

    record(load_config(o.configfile), push=o.push)


def restore(o: argparse.Namespace) -> None:
    """Bring recorded outputs back to the shelf."""
    from deepgen.engine.ledger.restore import restore

    restore(load_config(o.configfile))


def compare(o: argparse.Namespace) -> None:
    """Tell what differs between two runs or revisions."""
    from deepgen.engine.compare.text import print_comparison

    print_comparison(o.a, o.b)
