"""What the trainings of a run did, from their histories: the content of `runs.csv`."""

from typing import Any

import pandas as pd

from deepgen.reporting.wording import kept


def runs(
    histories: dict[tuple[str, int], pd.DataFrame], experiments: dict[str, Any]
) -> pd.DataFrame:
    """One row a training, good or bad, in the order of experiment and seed.

    Args:
        histories: {(experiment, seed): one row an epoch, as `history.csv`}.
        experiments: {name: {"settings": resolved settings}}, for the budgets; a training of
            another experiment (a first phase) has an empty budget.

    Returns:
        `experiment`, `seed`, `epochs` (really run), `budget`, `best_epoch`,
        `best_validation_score` (nats; the two are empty without a score) and `final_<loss>`.
    """
    rows = []
    for (experiment, seed), history in sorted(histories.items()):
        last = history.iloc[-1]
        known = experiments.get(experiment)
        row = {
            "experiment": experiment,
            "seed": seed,
            "epochs": int(last["epoch"]),
            "budget": known["settings"]["training"]["epochs"] if known else pd.NA,
            "best_epoch": pd.NA,
            "best_validation_score": float("nan"),
        }
        if "selection_score" in history and history["selection_score"].notna().any():
            best = history.loc[history["selection_score"].idxmax()]
            row["best_epoch"] = int(best["epoch"])
            row["best_validation_score"] = best["selection_score"]
        losses = [name for name in history if name.startswith("loss_")]
        rows.append(row | {f"final_{name}": last[name] for name in losses})
    table = pd.DataFrame(rows)
    if len(table):
        for column in ("budget", "best_epoch"):
            table[column] = table[column].astype("Int64")
    return table


def training_sentences(name: str, experiment: dict[str, Any], table: pd.DataFrame) -> str:
    """How long an experiment trained, whether that is a shortened budget, and what it keeps.

    Args:
        name: Of the experiment.
        experiment: `settings`, resolved, and `full_budget`, the epochs of its file.
        table: Of `runs`.
    """
    training, full = experiment["settings"]["training"], experiment["full_budget"]
    budget = training["epochs"]
    ran = table[table["experiment"] == name]["epochs"].tolist() if len(table) else []
    if ran:
        text = _ran(ran, budget)
    else:
        text = f"The budget is {budget:,} epochs; no history of a training was given."
    if budget < full:
        text += (
            f" The experiment file has a budget of {full:,}: these are numbers of a shortened "
            "training."
        )
    if earlier := experiment["settings"].get("init_from"):
        text += f" It began with the last model of {earlier}."
    return text + f" The selected checkpoint is {kept(training['selection'], budget)}."


def _ran(epochs: list[int], budget: int) -> str:
    """How many epochs each training ran, and how many trainings stopped before the budget."""
    low, high = min(epochs), max(epochs)
    span = f"{high:,}" if low == high else f"{low:,} to {high:,}"
    trainings = "The training" if len(epochs) == 1 else f"The {len(epochs)} trainings"
    text = f"{trainings} ran {span} epoch{'s' if high != 1 else ''} of a budget of {budget:,}"
    early = sum(count < budget for count in epochs)
    if not early:
        return text + "."
    all_of_them = "all of them" if len(epochs) > 1 else "it"
    who = all_of_them if early == len(epochs) else f"{early} of them"
    return f"{text}; {who} stopped early, because the validation score no longer rose."
