"""Table 2 of the paper, quoted, and what its operations cost here."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from deepgen.evaluation.estimators import RELEASED_GRID
from deepgen.places import Place
from deepgen.report.cells import pick, sources
from deepgen.report.costs import (
    Cost,
    experiment_label,
    job_seconds,
    mean_cost,
    measured,
    not_recorded,
)
from deepgen.report.long_form import Measured
from deepgen.report.printed import (
    DASH,
    EMPTY,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    measure,
    span,
)
from deepgen.report.sampling import effective_cell, lag_cell
from deepgen.report.wording import listed

CAPTION = (
    "Challenges in generative modeling: a summary of the difficulties encountered by different "
    "approaches to deep generative modeling for each of the major operations involving a model."
)
SOURCE = "Goodfellow et al., Generative Adversarial Nets, NIPS 2014"

CLAIM = (
    "“Unlike most other visualizations of deep generative models, these images show actual samples "
    "from the model distributions, not conditional means given samples of hidden units. Moreover, "
    "these samples are uncorrelated because the sampling process does not depend on Markov chain "
    "mixing.” (of adversarial nets, caption of Figure 2)"
)

# The table's columns, by what the settings of a family say that it is
FAMILIES = {
    "directed": "Deep directed graphical models",
    "undirected": "Deep undirected graphical models",
    "autoencoder": "Generative autoencoders",
    "adversarial": "Adversarial models",
}
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
AIS = ("forward", "reverse")  # estimators that anneal between the model and a known one
MEASURED = [
    "Experiment",
    "Column above",
    "Training (hours)",
    "Epochs",
    "Seconds an epoch",
    "Seconds a thousand samples",
    "Autocorrelation of successive samples",
    "Effective samples of 10,000",
    "p(x) of test images",
    "Its error (nats)",
    "One log-likelihood (ms an image, Parzen)",
]


def table2_printed(
    costs: pd.DataFrame,
    manifests: dict[str, dict[str, Any]],
    made: Measured,
    experiments: dict[str, Any],
) -> list[PrintedTable]:
    """The paper's table, then one row an experiment of what was measured here.

    Args:
        costs: Of `deepgen.report.costs.costs`.
        manifests: {path label: manifest}: `<experiment>/seed-<s>/selected/sample` and `.../parzen`
            give the times of a sample and of a log-likelihood.
        made: Long forms: `parzen` says how many test images were scored and how sure that score is,
            `likelihoods` what is known of p(x), `sampling` how independent samples are.
        experiments: {name: {"title", "dataset_title", "settings", "kinds"}}, of the report.
    """
    quoted = [
        PrintedRow(name, [Cell(text) for text in texts]) for name, texts in OPERATIONS.items()
    ]
    rows = [_measured(name, costs, manifests, made, experiments) for name in experiments]
    return [
        PrintedTable(
            "Table 2 of the paper: challenges in generative modeling",
            ["", *FAMILIES.values()],
            [PrintedBlock("", quoted)],
            [f"“{CAPTION}” ({SOURCE}; table and caption are quoted word for word.)"],
            prose=True,
        ),
        PrintedTable(
            "Measured here: what the operations of Table 2 cost",
            MEASURED,
            [PrintedBlock("", rows)],
            _notes(rows, made, experiments),
        ),
    ]


def _notes(rows: list[PrintedRow], made: Measured, experiments: dict[str, Any]) -> list[str]:
    """How to read the cells; only what these rows need."""
    notes = [
        "Processor time, or wall-clock time (wall); of several seeds the mean. The last column is "
        "of one test image under both estimators; choosing σ comes on top. Inference is not timed.",
    ]
    if any(len(experiment.get("kinds", ())) > 1 for experiment in experiments.values()):
        notes.append("A hybrid is undirected at its top and directed below.")
    if len(made.sampling):
        notes.append(
            "Samples are drawn as the experiment sets it, with the burn-in of chains; for other "
            "ways, and how to read autocorrelation (lag 1) and effective samples, see the table of "
            f"the ways of drawing. The paper: {CLAIM}"
        )
    notes.append(
        "Parzen window only: no p(x) of the model itself is known; the error is that of its score "
        "under the released default grid, a window's and not the model's."
    )
    if made.likelihoods["interval_low"].notna().any():
        notes.append(
            "Forward and reverse: annealed importance sampling (AIS) from the base rates to the "
            "model and back; shared: an error of −log Z, the same for all test images."
        )
    if first_phases := [n for e in experiments.values() if (n := e["settings"].get("init_from"))]:
        notes.append(
            f"The first phase ({listed(first_phases)}) comes on top: see the costs of training."
        )
    dashes = [PrintedRow(row.label, [*row.cells[1:5], *row.cells[-1:]]) for row in rows]
    return notes + not_recorded(dashes)


def _measured(
    name: str,
    costs: pd.DataFrame,
    manifests: dict[str, dict[str, Any]],
    made: Measured,
    experiments: dict[str, Any],
) -> PrintedRow:
    """One experiment; times are means over its seeds."""
    own = costs[costs["experiment"] == name]
    counts = zip(made.parzen["source"], made.parzen["num_test_examples"], strict=True)
    images = {file: n for source, n in counts for file in source.split(";") if file}
    times: dict[str, dict[str, Cost]] = {"sample": {}, "parzen": {}}  # ms a piece by manifest
    for seed in own["seed"]:
        chosen = Place(name, seed, "selected")
        drawn = manifests.get(f"{chosen}/sample", {}).get("settings", {}).get("num_samples")
        for job, count in (("sample", drawn), ("parzen", images.get(f"{chosen}/parzen.json"))):
            seconds = job_seconds(manifests.get(f"{chosen}/{job}", {}))
            if seconds.value and count:
                value = 1000.0 * seconds.value / count
                times[job][f"{chosen}/{job}.prov.json"] = Cost(value, seconds.wall)
    folders = [Place(name, seed) for seed in own["seed"]]
    trainings = [f"{folder}/train.prov.json" for folder in folders]
    epochs = span(own["epochs"].min(), own["epochs"].max()) if len(own) else DASH
    # A millisecond a sample is a second a thousand
    drawing, scoring = (measured(mean_cost(t.values()), list(t)) for t in times.values())
    experiment = experiments[name]
    names = {"model": experiment.get("title"), "dataset": experiment.get("dataset_title")}
    ways = pick(made.sampling, **names)
    as_set = ways[ways["way"].isin(ways["way"][:1])]  # which is the first of them
    cells = [
        Cell(_column(experiment.get("kinds", ()))),
        measured(mean_cost(_of_trainings(own, "hours")), trainings),
        measured(epochs, [f"{folder}/history.csv" for folder in folders]),
        measured(mean_cost(_of_trainings(own, "seconds_per_epoch")), trainings),
        drawing,
        lag_cell(as_set, 1),
        effective_cell(as_set, 10_000),
        *_density(made, names),
        scoring,
    ]
    return PrintedRow(experiment_label(name, experiments), cells)


def _column(kinds: Sequence[str]) -> str:
    """The column of the paper's table that a family belongs to."""
    if not kinds:
        return DASH
    first, *others = (FAMILIES[kind] for kind in kinds)
    return f"{first}; a hybrid with {listed(others).lower()}" if others else first


def _density(made: Measured, names: dict[str, str]) -> tuple[Cell, Cell]:
    """What is known of p(x), and how well."""
    rows = pick(made.likelihoods, **names, selection="selected")
    if rows.empty:
        rows = pick(made.parzen, **names, selection="selected", estimator=RELEASED_GRID)
        known = Cell("Parzen window only") if len(rows) else EMPTY
        return known, _error({"": rows}) if len(rows) else EMPTY
    kinds = []
    for kind, found in rows.groupby("kind", sort=False):
        ways = [name for name in dict.fromkeys(found["estimator"]) if name in AIS]
        kinds.append(f"{kind}, AIS {listed(ways)}" if ways else str(kind))
    found = dict(iter(rows.groupby("estimator", sort=False)))
    return Cell("; ".join(kinds), sources(rows)), _error(found)


def _error(found: dict[str, pd.DataFrame]) -> Cell:
    """The errors of estimates, each with its name if there are several."""
    parts = []
    for name, rows in found.items():
        over = zip(rows["standard_error"], rows["standard_error_over"], strict=True)
        text = " ".join(f"± {measure(error)} ({what})" for error, what in over)
        if "interval_low" in rows and rows["interval_low"].notna().any():
            low, high = (f"{rows[f'interval_{end}'].iloc[0]:+.2f}" for end in ("low", "high"))
            text += f", shared {low} to {high}".replace("-", "−")
        parts.append(f"{name}: {text}" if len(found) > 1 else text)
    files = [file for rows in found.values() for file in sources(rows)]
    return Cell("; ".join(parts), tuple(dict.fromkeys(files)))


def _of_trainings(own: pd.DataFrame, column: str) -> list[Cost]:
    """A column of `costs`: processor time, or wall time where that is not known."""
    pairs = zip(own[column], own[f"processor_{column}"], strict=True)
    return [Cost(wall, True) if pd.isna(cpu) else Cost(cpu, False) for wall, cpu in pairs]
