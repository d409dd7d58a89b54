"""Table 2 of the paper, quoted, and what its operations cost here."""

from typing import Any

import pandas as pd

from deepgen.reporting.costs import experiment_label, measured, not_recorded
from deepgen.reporting.printed import (
    DASH,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    measure,
    span,
)
from deepgen.reporting.score_cells import PAPER_GRID, pick
from deepgen.reporting.wording import listed

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
        costs: Of `deepgen.reporting.costs.costs`.
        manifests: {path label: manifest}: `<experiment>/seed-<s>/selected/sample` and `.../parzen`
            give the times of a sample and of a log-likelihood.
        table: Long form of Table 1, which says how many test images were scored.
        experiments: {name: {"title", "dataset_title", "settings"}}, of the report.
    """
    quoted = [
        PrintedRow(name, [Cell(text) for text in texts]) for name, texts in OPERATIONS.items()
    ]
    return [
        PrintedTable(
            "Table 2 of the paper: challenges in generative modeling",
            ["", *FAMILIES],
            [PrintedBlock("", quoted)],
            [f"“{CAPTION}” ({SOURCE}; table and caption are quoted word for word.)"],
            prose=True,
        ),
        _measured(costs, manifests, table, experiments),
    ]


def _measured(
    costs: pd.DataFrame,
    manifests: dict[str, dict[str, Any]],
    table: pd.DataFrame,
    experiments: dict[str, Any],
) -> PrintedTable:
    images = _test_examples(table)
    rows = []
    for name in experiments:
        own = costs[costs["experiment"] == name]
        folders = [f"{name}/seed-{seed}" for seed in own["seed"]]
        samples, scores = {}, {}
        for folder in folders:
            chosen = f"{folder}/selected"
            drawn = manifests.get(f"{chosen}/sample", {}).get("settings", {}).get("num_samples")
            samples |= _ms(manifests, f"{chosen}/sample", drawn)
            scores |= _ms(manifests, f"{chosen}/parzen", images.get(f"{chosen}/parzen.json"))
        trainings = [f"{folder}/train.prov.json" for folder in folders]
        epochs = span(own["epochs"].min(), own["epochs"].max()) if len(own) else DASH
        cells = [
            measured(measure(own["hours"].mean()), trainings),
            measured(epochs, [f"{folder}/history.csv" for folder in folders]),
            measured(measure(own["seconds_per_epoch"].mean()), trainings),
            *(measured(measure(_mean(found)), list(found)) for found in (samples, scores)),
        ]
        rows.append(PrintedRow(experiment_label(name, experiments), cells))
    notes = [
        "Wall-clock times on the machines of this run, which the report lists; of several seeds, "
        "their mean.",
        "A sample is one of those drawn at once for the score. A log-likelihood is that of one "
        "test image under a Parzen window on all samples, by both estimators together, with the "
        "reading of the files; choosing σ comes on top.",
        "Inference has no column: adversarial nets learn none here. This run trains none of the "
        "paper's other families.",
        *not_recorded(rows),
    ]
    earlier = [e["settings"]["init_from"] for e in experiments.values() if _first_phase(e)]
    if earlier:
        notes.append(
            f"The first phase ({listed(earlier)}) comes on top: see the costs of training."
        )
    title = "Measured here: what the operations of Table 2 cost"
    return PrintedTable(title, MEASURED, [PrintedBlock("", rows)], notes)


def _first_phase(experiment: dict[str, Any]) -> bool:
    return bool(experiment.get("settings", {}).get("init_from"))


def _test_examples(table: pd.DataFrame) -> dict[str, int]:
    """{`<experiment>/<source>/parzen.json`: how many images were scored}."""
    rows = pick(table, origin="measured", estimator=PAPER_GRID)
    pairs = zip(rows["source"], rows["num_test_examples"], strict=True)
    return {path: int(count) for source, count in pairs for path in source.split(";")}


def _ms(manifests: dict[str, dict[str, Any]], label: str, count: int | None) -> dict[str, float]:
    """{the manifest's file: milliseconds a piece}; empty if it does not tell its job's time."""
    seconds = (manifests.get(label, {}).get("notes") or {}).get("seconds")
    return {f"{label}.prov.json": 1000.0 * seconds / count} if seconds and count else {}


def _mean(found: dict[str, float]) -> float | None:
    return sum(found.values()) / len(found) if found else None
