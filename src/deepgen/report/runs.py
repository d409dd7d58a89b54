"""What the trainings of a run did, from their histories: the content of `runs.csv`."""

from typing import Any

import pandas as pd

from deepgen.report.printed import span
from deepgen.report.wording import kept, listed

COLUMNS = {
    "experiment": object,
    "seed": int,
    "epochs": int,
    "budget": "Int64",
    "best_epoch": "Int64",
    "best_validation_score": float,
}


def runs(
    histories: dict[tuple[str, int], pd.DataFrame], experiments: dict[str, Any]
) -> pd.DataFrame:
    """One row a training, good or bad, in the order of experiment and seed.

    Args:
        histories: {(experiment, seed): one row an epoch, as `history.csv`}.
        experiments: {name: {"settings": resolved settings}}, for the budgets; a training of
            another experiment (a first phase) has an empty budget.

    Returns:
        `COLUMNS`: `epochs` really run; epoch and value (nats) of the best validation score, empty
        without one; and `final_<column>` of every loss, or of the negative log-likelihood of a
        method without one.
    """
    rows = []
    for (experiment, seed), history in sorted(histories.items()):
        last = history.iloc[-1]
        row = {"experiment": experiment, "seed": seed, "epochs": int(last["epoch"])}
        if known := experiments.get(experiment):
            row["budget"] = known["settings"]["training"]["epochs"]
        if "selection_score" in history and history["selection_score"].notna().any():
            best = history.loc[history["selection_score"].idxmax()]
            row["best_epoch"] = int(best["epoch"])
            row["best_validation_score"] = best["selection_score"]
        losses = [name for name in history if name.startswith("loss_") or name == "nll"]
        rows.append(row | {f"final_{name}": last[name] for name in losses})
    columns = dict.fromkeys([*COLUMNS, *(column for row in rows for column in row)])
    return pd.DataFrame(rows, columns=list(columns)).astype(COLUMNS)


def unfinished(name: str, trained: dict[str, Any], table: pd.DataFrame) -> str:
    """How far the training that figures show came, as `8 of 1,500 epochs`; empty if it is finished.

    It is when it ran the epochs of its experiment's file, or its stopping rule ended it, and what
    it continues is finished, too.

    Args:
        name: Of the experiment.
        trained: {name: {"settings", "full_budget"}}, with the first phases.
        table: Of `runs`.
    """
    seed, phase, parts = trained[name]["settings"]["seeds"][0], name, []
    while phase:
        settings, full = trained[phase]["settings"], trained[phase]["full_budget"]
        ran = table[(table["experiment"] == phase) & (table["seed"] == seed)]["epochs"].sum()
        if settings["training"]["epochs"] <= ran < full:  # less than the budget: a rule stopped it
            parts.append(f"{ran:,} of {full:,} epochs")
        phase = settings.get("init_from")
    return listed(parts[::-1])


def training_sentences(name: str, experiment: dict[str, Any], table: pd.DataFrame) -> str:
    """How long an experiment trained, whether its budget is shortened, and what it keeps.

    Args:
        name: Of the experiment.
        experiment: `settings`, resolved, and `full_budget`, the epochs of its file.
        table: Of `runs`.
    """
    settings, full = experiment["settings"], experiment["full_budget"]
    budget = settings["training"]["epochs"]
    ran = table[table["experiment"] == name]["epochs"]
    text = f"The budget is {budget:,} epochs; no history of a training was given."
    if len(ran):
        who = "The training" if len(ran) == 1 else f"The {len(ran)} trainings"
        unit = "epoch" if ran.max() == 1 else "epochs"
        text = f"{who} ran {span(ran.min(), ran.max())} {unit} of a budget of {budget:,}"
        if early := int((ran < budget).sum()):
            text += f"; {early} stopped early, because the validation score no longer rose"
        text += "."
    if budget < full:
        text += f" The budget is shortened: the experiment file has {full:,}."
    if first_phase := settings.get("init_from"):
        text += f" It began with the last model of {first_phase}."
    return text + f" The selected checkpoint is {kept(settings['training']['selection'], budget)}."
