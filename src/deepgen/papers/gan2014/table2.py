"""Table 2 of the paper, quoted, and what its operations cost here."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from deepgen.places import Place
from deepgen.report.costs import experiment_label, measured, not_recorded
from deepgen.report.machines import device
from deepgen.report.printed import (
    DASH,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    measure,
    span,
)
from deepgen.report.wording import listed

CAPTION = (
    "Challenges in generative modeling: a summary of the difficulties encountered by different "
    "approaches to deep generative modeling for each of the major operations involving a model."
)
SOURCE = "Goodfellow et al., Generative Adversarial Nets, NIPS 2014"

FAMILIES = [
    "Deep directed graphical models",
    "Deep undirected graphical models",
    "Generative autoencoders",
    "Adversarial models",
]
_PARZEN = "Not explicitly represented, may be approximated with Parzen density estimation"
_AIS = "Intractable, may be approximated with AIS"
OPERATIONS = {
    "Training": [
        "Inference needed during training.",
        "Inference needed during training. MCMC needed to approximate partition function gradient.",
        "Enforced tradeoff between mixing and power of reconstruction generation",
        "Synchronizing the discriminator with the generator. Helvetica.",
    ],
    "Inference": [
        "Learned approximate inference",
        "Variational inference",
        "MCMC-based inference",
        "Learned approximate inference",
    ],
    "Sampling": [
        "No difficulties",
        "Requires Markov chain",
        "Requires Markov chain",
        "No difficulties",
    ],
    "Evaluating p(x)": [_AIS, _AIS, _PARZEN, _PARZEN],
    "Model design": [
        "Models need to be designed to work with the desired inference scheme — some inference "
        "schemes support similar model families as GANs",
        "Careful design needed to ensure multiple properties",
        "Any differentiable function is theoretically permitted",
        "Any differentiable function is theoretically permitted",
    ],
}
MEASURED = [
    "Adversarial models",
    "Training (hours)",
    "Epochs",
    "Seconds an epoch",
    "One sample (ms)",
    "One log-likelihood (ms an image, Parzen)",
]


class Cost(NamedTuple):
    """A time in some unit; `wall` if it is not processor time."""

    value: float | None
    wall: bool


def table2_printed(
    costs: pd.DataFrame,
    manifests: dict[str, dict[str, Any]],
    table: pd.DataFrame,
    experiments: dict[str, Any],
) -> list[PrintedTable]:
    """The paper's table, then one row an experiment of what was measured here.

    Args:
        costs: Of `deepgen.report.costs.costs`.
        manifests: {path label: manifest}: `<experiment>/seed-<s>/selected/sample` and `.../parzen`
            give the times of a sample and of a log-likelihood.
        table: The long form `parzen`, which says how many test images were scored.
        experiments: {name: {"title", "dataset_title", "settings"}}, of the report.
    """
    quoted = [
        PrintedRow(name, [Cell(text) for text in texts]) for name, texts in OPERATIONS.items()
    ]
    rows = [_measured(name, costs, manifests, table, experiments) for name in experiments]
    notes = [
        "Processor time, or wall-clock time (wall); of several seeds the mean. A log-likelihood is "
        "that of one test image under both estimators; choosing σ comes on top. Inference has no "
        "column: adversarial nets learn none here.",
        *not_recorded(rows),
    ]
    if first_phases := [n for e in experiments.values() if (n := e["settings"].get("init_from"))]:
        notes.append(
            f"The first phase ({listed(first_phases)}) comes on top: see the costs of training."
        )
    return [
        PrintedTable(
            "Table 2 of the paper: challenges in generative modeling",
            ["", *FAMILIES],
            [PrintedBlock("", quoted)],
            [f"“{CAPTION}” ({SOURCE}; table and caption are quoted word for word.)"],
            prose=True,
        ),
        PrintedTable(
            "Measured here: what the operations of Table 2 cost",
            MEASURED,
            [PrintedBlock("", rows)],
            notes,
        ),
    ]


def _measured(
    name: str,
    costs: pd.DataFrame,
    manifests: dict[str, dict[str, Any]],
    table: pd.DataFrame,
    experiments: dict[str, Any],
) -> PrintedRow:
    """One experiment; numbers are means over its seeds."""
    own = costs[costs["experiment"] == name]
    counts = zip(table["source"], table["num_test_examples"], strict=True)
    images = {file: n for source, n in counts for file in source.split(";") if file}
    times: dict[str, dict[str, Cost]] = {"sample": {}, "parzen": {}}  # ms a piece by manifest
    for seed in own["seed"]:
        chosen = Place(name, seed, "selected")
        drawn = manifests.get(f"{chosen}/sample", {}).get("settings", {}).get("num_samples")
        for job, count in (("sample", drawn), ("parzen", images.get(f"{chosen}/parzen.json"))):
            seconds = _seconds(manifests.get(f"{chosen}/{job}", {}))
            if seconds.value and count:
                value = 1000.0 * seconds.value / count
                times[job][f"{chosen}/{job}.prov.json"] = Cost(value, seconds.wall)
    folders = [Place(name, seed) for seed in own["seed"]]
    trainings = [f"{folder}/train.prov.json" for folder in folders]
    epochs = span(own["epochs"].min(), own["epochs"].max()) if len(own) else DASH
    cells = [
        measured(_mean(_of_trainings(own, "hours")), trainings),
        measured(epochs, [f"{folder}/history.csv" for folder in folders]),
        measured(_mean(_of_trainings(own, "seconds_per_epoch")), trainings),
        *(measured(_mean(t.values()), list(t)) for t in times.values()),
    ]
    return PrintedRow(experiment_label(name, experiments), cells)


def _of_trainings(own: pd.DataFrame, column: str) -> list[Cost]:
    """A column of `costs`: processor time, or wall time where that is not known."""
    pairs = zip(own[column], own[f"processor_{column}"], strict=True)
    return [Cost(wall, True) if pd.isna(cpu) else Cost(cpu, False) for wall, cpu in pairs]


def _seconds(manifest: dict[str, Any]) -> Cost:
    """What the work of a job itself took, imports apart."""
    notes = manifest.get("notes") or {}
    processor = notes.get("processor_seconds")
    if processor is None or device(manifest.get("machine", {})) != "CPU":
        return Cost(notes.get("seconds"), True)
    return Cost(processor, False)


def _mean(found: Iterable[Cost]) -> str:
    """The mean of several as a cell says it; wall time as soon as one of them is."""
    found = list(found)
    mean = measure(pd.Series([cost.value for cost in found], dtype=float).mean())
    return f"{mean} (wall)" if mean != DASH and any(cost.wall for cost in found) else mean
