"""What the trainings of a run cost: the content of `costs.csv`, and as people read it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from deepgen.places import Place
from deepgen.report.machines import device
from deepgen.report.printed import (
    DASH,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    measure,
    number,
)

# Beside experiment and seed: {column: (type, heading)}
COLUMNS = {
    "epochs": ("Int64", "Epochs"),
    "updates": ("Int64", "Updates"),
    "hours": ("float64", "Hours"),
    "processor_hours": ("float64", "Processor hours"),
    "seconds_per_epoch": ("float64", "Seconds an epoch"),
    "processor_seconds_per_epoch": ("float64", "Processor seconds an epoch"),
    "peak_memory_gib": ("float64", "Peak memory (GiB)"),
    "parameters_model": ("Int64", "Parameters of the model (millions)"),
    "parameters_objective": ("Int64", "Parameters of the objective (millions)"),
    "checkpoint_mb": ("float64", "Model file (MB)"),
    "device": ("object", "Device"),
}


def costs(
    histories: dict[tuple[str, int], pd.DataFrame],
    manifests: dict[str, dict[str, Any]],
    experiments: dict[str, Any],
) -> pd.DataFrame:
    """One row a training, in the order of `experiments`, then first phases by name.

    Args:
        histories: {(experiment, seed): one row an epoch, as `history.csv`}.
        manifests: {path label: manifest}; that of a training is `<experiment>/seed-<s>/train`.
        experiments: {name: anything}, of the report.

    Returns:
        `experiment`, `seed` and `COLUMNS`: `hours` (wall time) of all epochs, also those before an
        interruption; `processor_hours` of all threads, empty for a GPU, whose cost they are not;
        `peak_memory_gib` of the process, or of a GPU if it used one; `parameters_*`
        counts all values in the file of the model and of the objective, which only training needs;
        `checkpoint_mb` of the model's file. What a manifest does not tell is empty.
    """
    order = list(experiments)
    keys = sorted(
        histories, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key)
    )
    rows = [_row(*key, histories[key], manifests.get(f"{Place(*key)}/train", {})) for key in keys]
    table = pd.DataFrame(rows, columns=["experiment", "seed", *COLUMNS])
    return table.astype({"seed": "Int64"} | {name: kind for name, (kind, _) in COLUMNS.items()})


def costs_printed(table: pd.DataFrame, experiments: dict[str, Any]) -> PrintedTable:
    """`costs` as people read it.

    Args:
        table: Of `costs`.
        experiments: {name: {"title", "dataset_title"}}, of the report; another name (a first
            phase) stands as it is.
    """
    millions = {n: table[n].astype("Float64") / 1e6 for n in COLUMNS if "parameters" in n}
    rows = []
    for row in table.assign(**millions).to_dict("records"):
        folder = Place(row["experiment"], row["seed"])
        cells = [Cell(number(row["epochs"], 0), (f"{folder}/history.csv",))]
        for name in list(COLUMNS)[1:]:
            text = row[name]
            if name == "updates":
                text = number(text, 0)
            elif name != "device":
                text = measure(text)
            cells.append(measured(text, [f"{folder}/train.prov.json"]))
        label = f"{experiment_label(row['experiment'], experiments)}, seed {row['seed']}"
        rows.append(PrintedRow(label, cells))
    notes = [
        "Hours are of all epochs with their scores; other work on the machine lengthens wall-clock "
        "time and hardly moves processor time (all threads; none for a GPU). Memory: of the "
        "process, or of the GPU.",
        *not_recorded(rows),
    ]
    headings = ["Experiment, seed", *(heading for _, heading in COLUMNS.values())]
    return PrintedTable("What each training cost", headings, [PrintedBlock("", rows)], notes)


class Cost(NamedTuple):
    """A time in some unit; `wall` if it is not processor time."""

    value: float | None
    wall: bool


def job_seconds(manifest: dict[str, Any], part: str = "") -> Cost:
    """What the work of a job itself took, imports apart, or a way of sampling that it tried."""
    notes = manifest.get("notes") or {}
    if part:
        notes = notes.get("ways", {}).get(part, {})
    processor = notes.get("processor_seconds")
    if processor is None or device(manifest.get("machine", {})) != "CPU":
        return Cost(notes.get("seconds"), True)
    return Cost(processor, False)


def mean_cost(found: Iterable[Cost]) -> str:
    """The mean of several as a cell says it; wall time as soon as one of them is."""
    found = list(found)
    mean = measure(pd.Series([cost.value for cost in found], dtype=float).mean())
    return f"{mean} (wall)" if mean != DASH and any(cost.wall for cost in found) else mean


def measured(text: str, sources: list[str]) -> Cell:
    """A cell with its sources, unless it is a dash: then there may be none."""
    return Cell(text, () if text == DASH else tuple(sources))


def not_recorded(rows: list[PrintedRow]) -> list[str]:
    """What a dash means, if there is one."""
    dashes = any(cell.text == DASH for row in rows for cell in row.cells)
    return ["–: not recorded by the version that made it."] if dashes else []


def experiment_label(name: str, experiments: dict[str, Any]) -> str:
    """Data set and model of an experiment, or its name if the report does not show it."""
    if name not in experiments:
        return name
    return f"{experiments[name]['dataset_title']}, {experiments[name]['title']}"


def _row(
    experiment: str, seed: int, history: pd.DataFrame, manifest: dict[str, Any]
) -> dict[str, Any]:
    notes = manifest.get("notes") or {}
    parameters, epochs = notes.get("parameters") or {}, int(history["epoch"].iloc[-1])

    machine = manifest.get("machine")
    on_gpu = bool(machine) and device(machine) != "CPU"

    def told(name: str, unit: float) -> float | None:
        if notes.get(name) is None or (on_gpu and name == "processor_seconds"):
            return None
        return notes[name] / unit

    made_on, threads = device(machine) if machine else DASH, (machine or {}).get("threads")
    if made_on == "CPU" and threads:
        made_on = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    return {
        "experiment": experiment,
        "seed": seed,
        "epochs": epochs,
        "updates": int(history["update"].iloc[-1]) if "update" in history else pd.NA,
        "hours": told("training_seconds", 3600),
        "processor_hours": told("processor_seconds", 3600),
        "seconds_per_epoch": told("training_seconds", epochs),
        "processor_seconds_per_epoch": told("processor_seconds", epochs),
        "peak_memory_gib": told("peak_memory_bytes", 2**30),
        "parameters_model": parameters.get("model", pd.NA),
        "parameters_objective": parameters.get("objective", 0 if parameters else pd.NA),
        "checkpoint_mb": told("checkpoint_bytes", 1e6),
        "device": made_on,
    }
