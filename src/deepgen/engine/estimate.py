"""What the trainings of a run will take on this machine, before any of them runs."""

import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgen.columns import aligned
from deepgen.config import load_config, read_yaml
from deepgen.engine.identity import code_of, job_key
from deepgen.engine.integrity import read_manifest
from deepgen.engine.job import entry_in
from deepgen.engine.plan import Plan
from deepgen.engine.progress import LOG, read_epochs
from deepgen.engine.resolve import stage_settings
from deepgen.engine.speed import Speed
from deepgen.engine.store import MANIFEST
from deepgen.errors import DeepgenError
from deepgen.places import Place
from deepgen.report.printed import DASH, measure, number
from deepgen.report.wording import about
from deepgen.stages.count import training_costs

HOUR, NIGHT = 3600, 8 * 3600
HEAD = [
    *("training", "seeds", "updates", "GFLOP an update", "memory (GB)", "disk (GB)"),
    *("hours each", "hours left", ""),
]


@dataclass(frozen=True)
class Cost:
    """What the trainings of one experiment take.

    `counted` is of `deepgen.stages.count.training_costs`, `hours` of one training of the whole
    budget (None if its operations are not counted), `how` it is known: `timed` or `counted`; `left`
    the share of each seed's updates that is still to be made.
    """

    counted: dict[str, Any]
    hours: float | None
    how: str
    left: dict[Place, float]


def print_estimate(configfile: Path, cores: int, brief: bool = False) -> None:
    """Print a row an experiment, the total, and which run files beside it end when.

    Args:
        configfile: The run.
        cores: On which trainings run side by side.
        brief: One line about the total, and only if it is above an hour.
    """
    plan, speed = Plan(load_config(configfile)), Speed()
    costs = find_costs(plan, speed)
    total = total_seconds(plan, costs, speed, cores)
    if brief:
        if total > HOUR:
            scale = "" if plan.config.run.overrides else ", at full scale"
            print(
                f"deepgen: the trainings of run {plan.run}{scale}: about {about(total)} on this "
                "machine; make reproduce takes about 8 minutes"
            )
        return
    print(*aligned([HEAD, *(_cells(name, cost) for name, cost in costs.items())], left=1), sep="\n")
    print()
    print(f"What is left of run {plan.run}: about {about(total)} on {speed.where(cores)}.")
    print(*_notes(costs, speed), sep="\n")
    if rows := _run_files(configfile, cores, speed):
        print("\nRun files beside it:", *aligned(rows, left=3), sep="\n")


def find_costs(plan: Plan, speed: Speed) -> dict[str, Cost]:
    """{experiment: cost}, first phases included, each behind what it continues."""
    left, found = find_left(plan), {}
    for name in dict.fromkeys(place.experiment for place in left):
        settings = stage_settings("count", plan.config[name])
        counted = training_costs(settings)
        seconds, how = speed.an_update(settings, counted)
        hours = None if seconds is None else counted["updates"] * seconds / 3600
        own = {place: share for place, share in left.items() if place.experiment == name}
        found[name] = Cost(counted, hours, how, own)
    return found


def find_left(plan: Plan) -> dict[Place, float]:
    """{training: share of its epochs still to be made}, each behind what it continues.

    It is 0 where the store or the run's results have its outputs, and less than 1 where the store
    has a state from which it continues.
    """
    left: dict[Place, float] = {}
    models: dict[Place, str] = {}  # digests of finished ones, which second phases begin with
    for place in plan.pages.trainings("index"):
        inputs = _prepared(plan, place.experiment)
        if first := plan.config[place.experiment].init_from:
            inputs["first_phase"] = models.get(Place(first, place.seed), "")
        left[place], manifest = _left(plan, place, inputs) if all(inputs.values()) else (1.0, {})
        if manifest:
            models[place] = manifest["outputs"]["last.safetensors"]
    return left


def total_seconds(plan: Plan, costs: dict[str, Cost], speed: Speed, cores: int) -> float:
    """When the last training ends, if as many run as fit, and the longest chains begin."""
    threads = max((plan.config[name].threads for name in costs), default=1)
    seconds = {
        place: 3600 * share * (cost.hours or 0)
        for cost in costs.values()
        for place, share in cost.left.items()
    }
    before = {
        place: Place(first, place.seed)
        for place in seconds
        if (first := plan.config[place.experiment].init_from)
    }
    return schedule(seconds, before, speed.slots(cores, threads))


def schedule(seconds: dict[Place, float], before: dict[Place, Place], slots: int) -> float:
    """The end of a list schedule: whatever has most behind it begins as soon as it can.

    Args:
        seconds: Of each training, each behind what it continues.
        before: What a training waits for.
        slots: How many run side by side.
    """
    chain = dict(seconds)
    for place in reversed(seconds):
        if place in before:
            first = before[place]
            chain[first] = max(chain[first], seconds[first] + chain[place])
    free, ends = [0.0] * slots, dict.fromkeys(seconds, 0.0)
    for place in sorted(seconds, key=lambda one: -chain[one]):
        begin = max(heapq.heappop(free), ends[before[place]] if place in before else 0.0)
        ends[place] = begin + seconds[place]
        heapq.heappush(free, ends[place])
    return max(ends.values(), default=0.0)


def _prepared(plan: Plan, experiment: str) -> dict[str, str]:
    """{file: SHA-256} of the prepared images that a training reads; empty digests before they are
    prepared."""
    folder = Path("data/prepared") / plan.config[experiment].dataset_name
    wanted = plan.training_files(experiment)
    try:
        made = read_manifest(folder / "prepare.prov.json")["outputs"]
    except (OSError, ValueError):
        return dict.fromkeys(wanted, "")
    return {name: made[name] for name in wanted if name in made}


def _left(plan: Plan, place: Place, inputs: dict[str, str]) -> tuple[float, dict[str, Any]]:
    """The share that is left, and the manifest of a finished training."""
    settings = stage_settings("train", plan.config[place.experiment])
    key = job_key("train", inputs, settings, place.seed, code_of("train", settings))
    folder = Path(plan.config.run.store_dir) / "train" / key
    published = Path("results", plan.run, str(place), "train.prov.json")
    for path in (entry_in(folder, settings) / MANIFEST, published):
        try:
            manifest = read_manifest(path)
        except (OSError, ValueError):
            continue
        if (manifest.get("key"), manifest.get("settings")) == (key, settings):
            return 0.0, manifest
    budget = settings["training"]["epochs"]
    logs = (read_epochs(log) for log in folder.glob(f"budget-*/{LOG}"))
    done = [epochs[-1]["epoch"] for epochs in logs if epochs and epochs[-1]["epoch"] <= budget]
    return 1 - max(done, default=0) / budget, {}


def _cells(name: str, cost: Cost) -> list[str]:
    counted, flop = cost.counted, cost.counted["flop_per_update"]
    left = None if cost.hours is None else cost.hours * sum(cost.left.values())
    return [
        name,
        str(len(cost.left)),
        number(counted["updates"], 0),
        measure(flop / 1e9) if flop else DASH,
        measure(counted["memory_bytes"] / 1e9),
        measure(counted["disk_bytes"] / 1e9),
        measure(cost.hours),
        measure(left),
        cost.how,
    ]


def _notes(costs: dict[str, Cost], speed: Speed) -> list[str]:
    how = {
        "timed": "Timed: a few updates, here.",
        "counted": "Counted, because an update is long: operations over "
        f"{speed.rate / 1e9:,.0f} GFLOP/s, which one dense layer reached here.",
        "not counted": "Not counted: a fit without updates, and its hours.",
    }
    return [
        *(text for kind, text in how.items() if kind in {cost.how for cost in costs.values()}),
        "Not in it: data, the scores that choose a checkpoint, samples and their scores. A "
        "training that stops early takes less.",
        "Operations: of matrix products and convolutions. Memory: tensors, scores apart; Python "
        "and torch need about 0.4 GB more. Disk: at most, while it runs.",
    ]


def _run_files(configfile: Path, cores: int, speed: Speed) -> list[list[str]]:
    """Every run file of the folder: how long what is left of it takes, and into what it fits."""
    rows = []
    for path in sorted(configfile.parent.glob("*.yaml")):
        try:
            if "run" not in read_yaml(path):
                continue
            plan = Plan(load_config(path))
            seconds = total_seconds(plan, find_costs(plan, speed), speed, cores)
        except DeepgenError as error:
            rows.append([str(path), "", str(error)])
            continue
        fits = "fits a night (8 hours)" if seconds <= NIGHT else "needs longer than a night"
        fits = "fits an hour" if seconds <= HOUR else fits
        rows.append([str(path), f"about {about(seconds)}", fits])
    return rows
