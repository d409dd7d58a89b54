"""Table 2 of the paper, quoted, and what its operations cost here."""

from typing import Any

import pandas as pd

from deepgen.places import Place
from deepgen.report.costs import experiment_label, measured, not_recorded
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
        "Wall-clock times; of several seeds, their mean. A sample is one of those drawn at once "
        "for the score. A log-likelihood is that of one test image under a Parzen window on all "
        "samples, by both estimators together; choosing σ comes on top.",
        "Inference has no column: adversarial nets learn none here.",
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
    times: dict[str, dict[str, float]] = {"sample": {}, "parzen": {}}  # ms a piece by manifest
    for seed in own["seed"]:
        chosen = Place(name, seed, "selected")
        drawn = manifests.get(f"{chosen}/sample", {}).get("settings", {}).get("num_samples")
        for job, count in (("sample", drawn), ("parzen", images.get(f"{chosen}/parzen.json"))):
            seconds = (manifests.get(f"{chosen}/{job}", {}).get("notes") or {}).get("seconds")
            if seconds and count:
                times[job][f"{chosen}/{job}.prov.json"] = 1000.0 * seconds / count
    folders = [Place(name, seed) for seed in own["seed"]]
    trainings = [f"{folder}/train.prov.json" for folder in folders]
    epochs = span(own["epochs"].min(), own["epochs"].max()) if len(own) else DASH
    cells = [
        measured(measure(own["hours"].mean()), trainings),
        measured(epochs, [f"{folder}/history.csv" for folder in folders]),
        measured(measure(own["seconds_per_epoch"].mean()), trainings),
        *(measured(measure(pd.Series(t, dtype=float).mean()), list(t)) for t in times.values()),
    ]
    return PrintedRow(experiment_label(name, experiments), cells)
