"""Figures 3 and 4 of the paper, tables of log-likelihoods, with ours beside them."""

from math import log, prod
from typing import Any, NamedTuple

import pandas as pd

from deepgen.data.registry import DATASETS
from deepgen.papers.nice2014.published import FIGURE_3, OURS, SOURCE
from deepgen.report.cells import ERRORS, difference_cell, pick, score_cell, sources
from deepgen.report.printed import (
    DASH,
    EMPTY,
    Cell,
    PrintedBlock,
    PrintedRow,
    PrintedTable,
    number,
    span,
)
from deepgen.report.wording import listed

COLUMNS = [
    "Model",
    "Log-likelihood (nats), on the paper's scale",
    "Difference to the published",
    "The same in [0, 1] (nats)",
    "Bits per dimension",
    "Network of a coupling, hidden layers x units",
    "Epochs",
]


def likelihood_table(
    likelihoods: pd.DataFrame, runs: pd.DataFrame, experiments: dict[str, Any], shown: list[str]
) -> PrintedTable:
    """One block a data set: what the paper printed, then ours, each exact unless it says otherwise.

    Args:
        likelihoods: The long form of the paper's experiments; nats are those of pixels in [0, 1].
        runs: Of `deepgen.report.runs.runs`.
        experiments: {name: {"title", "dataset_title", "settings"}}, in the order of lines.
        shown: Titles of data sets that have a block.
    """
    blocks = []
    for dataset in shown:
        rows = _published(dataset) if dataset in FIGURE_3 else []
        for name, experiment in experiments.items():
            if experiment["dataset_title"] == dataset:
                rows.append(_measured(name, experiment, likelihoods, runs))
        blocks.append(PrintedBlock(f"{dataset}, pixels in {_interval(dataset)}", rows))
    return PrintedTable("Log-likelihood of the test images", COLUMNS, blocks, _notes(likelihoods))


class Flow(NamedTuple):
    """A published log-likelihood of images with pixels in [0, 1]: nats, and bits per dimension."""

    nats: float
    bits: float


def published_of(dataset: str) -> Flow | None:
    """The paper's own model on a data set, on the scale on which all sets compare; none if it has
    no such set.

    Args:
        dataset: Title.
    """
    if dataset not in FIGURE_3:
        return None
    printed, size = FIGURE_3[dataset], _size(dataset)
    nats = float(printed.likelihoods[OURS]) + printed.shift(size)
    return Flow(nats, _bits(nats, size))


def _published(dataset: str) -> list[PrintedRow]:
    printed, ours = FIGURE_3[dataset], published_of(dataset)
    rows = []
    for model, nats in printed.likelihoods.items():
        decimals = len(nats.partition(".")[2])  # as printed
        cells = [Cell(number(float(nats), decimals)), *[EMPTY] * 5]
        if model == OURS:  # on which scale the others are is not known
            cells[2:4] = [Cell(number(ours.nats)), Cell(number(ours.bits, 3))]
            cells[4] = Cell(f"{printed.layers} x {printed.units:,}")
        rows.append(PrintedRow(f"{model} (published)", cells))
    return rows


def _measured(
    name: str, experiment: dict[str, Any], likelihoods: pd.DataFrame, runs: pd.DataFrame
) -> PrintedRow:
    dataset, model = experiment["dataset_title"], experiment["settings"]["model"]
    wanted = {"model": experiment["title"], "dataset": dataset}
    mine = pick(likelihoods, **wanted, selection="selected", estimator="direct")
    networks = dict.fromkeys(f"{n['layers']} x {n['units']:,}" for n in model.get("couplings", []))
    ran = pick(runs, experiment=name)["epochs"]
    epochs = EMPTY if ran.empty else Cell(span(ran.min(), ran.max()))
    tail = [Cell(", ".join(networks) or DASH), epochs]
    if mine.empty:
        return PrintedRow(experiment["title"], [EMPTY] * 4 + tail)
    kind = mine["kind"].iloc[0]
    title = experiment["title"] + f", {kind}" * (kind != "exact")
    size, printed = _size(dataset), FIGURE_3.get(dataset)
    shift = printed.shift(size) if printed else 0.0
    scaled = mine.assign(log_likelihood=mine["log_likelihood"] - shift)
    published = printed.likelihoods.items() if printed and kind == "exact" else []
    theirs = pd.DataFrame(
        [(model, float(nats)) for model, nats in published], columns=["model", "log_likelihood"]
    )
    bits = number(mine["bits_per_dimension"].iloc[0], 3)
    cells = [score_cell(scaled), difference_cell(scaled, theirs), score_cell(mine)]
    return PrintedRow(title, [*cells, Cell(bits, sources(mine)), *tail])


def _notes(likelihoods: pd.DataFrame) -> list[str]:
    notes = [
        f"Published: {SOURCE}; Deep MFA and GRBM are those of Tang et al. (2012), the first a "
        "lower bound. In [0, 1] and in bits per dimension the published numbers of NICE are ours, "
        "from the interval that the paper states for the pixels of each set; that log-determinants "
        "of its preprocessing are part of them is not printed, but agrees with how others quote it "
        "(4.48 bits on CIFAR-10).",
        "Ours are exact where nothing else is said: log-determinants of whitening and rescaling "
        "are part of them. A density compares with densities of the same images, dequantised "
        "alike, on the same scale, as those on the front page; not with probabilities of binarised "
        "images, and never with a Parzen score.",
        ERRORS,
    ]
    draws = likelihoods.groupby("draws")["model"].unique()
    for count, models in draws.items():
        if count > 1:
            notes.append(
                f"{listed(list(models))}: the mean of {count:.0f} draws of the dequantisation "
                "noise; the page of an experiment has the standard deviation of their means."
            )
    return notes


def _size(dataset: str) -> int:
    """Values of an image of the set with this title."""
    return next(prod(entry.shape) for entry in DATASETS.values() if entry.title == dataset)


def _interval(dataset: str) -> str:
    low, high = FIGURE_3[dataset].scale if dataset in FIGURE_3 else (0.0, 1.0)
    return f"[{low:g}, {high:g}]".replace("-", "−")


def _bits(nats: float, size: int) -> float:
    """Bits per dimension of a density of pixels in [0, 1], in nats."""
    return 8 - nats / (size * log(2))
