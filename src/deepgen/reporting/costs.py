"""What the trainings of a run cost: the content of `costs.csv`, and as people read it."""

from typing import Any

import pandas as pd

from deepgen.reporting.machines import device
from deepgen.reporting.printed import (
    DASH,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    measure,
    number,
)

COLUMNS = [
    "experiment",
    "seed",
    "epochs",
    "updates",
    "hours",
    "seconds_per_epoch",
    "peak_memory_gib",
    "parameters_model",
    "parameters_objective",
    "checkpoint_mb",
    "device",
]
COUNTS = ["seed", "epochs", "updates", "parameters_model", "parameters_objective"]
PRINTED = [
    "Experiment, seed",
    "Epochs",
    "Updates",
    "Hours",
    "Seconds an epoch",
    "Peak memory (GiB)",
    "Parameters of G (millions)",
    "Parameters of D (millions)",
    "Model file (MB)",
    "Device",
]


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
        `COLUMNS`: `hours` of all epochs, also those before an interruption; `peak_memory_gib` of
        the process, or of a GPU if it used one; `parameters_*` counts all values in the file of
        the model (the generator) and of the objective (the discriminator); `checkpoint_mb` of the
        model's file. What a manifest does not tell is empty.
    """
    order = list(experiments)
    keys = sorted(
        histories, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key)
    )
    rows = [
        _row(*key, histories[key], manifests.get(f"{key[0]}/seed-{key[1]}/train")) for key in keys
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    for column in COUNTS:
        table[column] = table[column].astype("Int64")
    for column in ("hours", "seconds_per_epoch", "peak_memory_gib", "checkpoint_mb"):
        table[column] = table[column].astype("float64")
    return table


def costs_printed(table: pd.DataFrame, experiments: dict[str, Any]) -> PrintedTable:
    """`costs` as people read it.

    Args:
        table: Of `costs`.
        experiments: {name: {"title", "dataset_title"}}, of the report; another name (a first
            phase) stands as it is.
    """
    table = table.assign(
        **{name: table[name].astype("Float64") / 1e6 for name in COLUMNS if "parameters" in name}
    )
    rows = []
    for row in table.to_dict("records"):
        texts = [
            number(row["updates"], 0),
            measure(row["hours"]),
            measure(row["seconds_per_epoch"]),
            measure(row["peak_memory_gib"]),
            measure(row["parameters_model"]),
            measure(row["parameters_objective"]),
            measure(row["checkpoint_mb"]),
            row["device"],
        ]
        folder = f"{row['experiment']}/seed-{row['seed']}"
        cells = [Cell(number(row["epochs"], 0), (f"{folder}/history.csv",))]
        cells += [measured(text, [f"{folder}/train.prov.json"]) for text in texts]
        label = f"{experiment_label(row['experiment'], experiments)}, seed {row['seed']}"
        rows.append(PrintedRow(label, cells))
    notes = [
        "Wall-clock hours of all epochs, also those before an interruption, with the scores on "
        "validation images that choose a checkpoint.",
        "Peak memory: of the process, or of the GPU if it used one. Model file: what sampling "
        "needs, G alone.",
        *not_recorded(rows),
    ]
    blocks = [PrintedBlock("", rows)]
    return PrintedTable("What each training cost", PRINTED, blocks, notes)


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
    experiment: str, seed: int, history: pd.DataFrame, manifest: dict[str, Any] | None
) -> dict[str, Any]:
    notes = (manifest or {}).get("notes") or {}
    seconds, parameters = notes.get("training_seconds"), notes.get("parameters") or {}
    peak, size = notes.get("peak_memory_bytes"), notes.get("checkpoint_bytes")
    epochs = int(history["epoch"].iloc[-1])
    return {
        "experiment": experiment,
        "seed": seed,
        "epochs": epochs,
        "updates": int(history["update"].iloc[-1]) if "update" in history else pd.NA,
        "hours": None if seconds is None else seconds / 3600,
        "seconds_per_epoch": None if seconds is None else seconds / epochs,
        "peak_memory_gib": None if peak is None else peak / 2**30,
        "parameters_model": parameters.get("model", pd.NA),
        "parameters_objective": parameters.get("objective", pd.NA),
        "checkpoint_mb": None if size is None else size / 1e6,
        "device": _device(manifest),
    }


def _device(manifest: dict[str, Any] | None) -> str:
    """Kind of device; on a CPU with its number of threads."""
    machine = (manifest or {}).get("machine")
    if not machine:
        return DASH
    kind, threads = device(machine), machine.get("threads")
    if kind != "CPU" or not threads:
        return kind
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
