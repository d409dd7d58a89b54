"""What the trainings of a run did, from their histories: the content of `runs.csv`."""

from typing import Any

import pandas as pd

# The budget of config/experiments/mnist.yaml; the paper itself names none
PAPER_EPOCHS = 1500


def runs(
    histories: dict[tuple[str, int], pd.DataFrame], experiments: dict[str, Any]
) -> pd.DataFrame:
    """One row a training, good or bad, in the order of experiment and seed.

    Args:
        histories: {(experiment, seed): one row an epoch, as `history.csv`}.
        experiments: {name: {"settings": resolved settings}}, for the budgets.

    Returns:
        `experiment`, `seed`, `epochs` (really run), `budget`, `best_epoch`,
        `best_validation_score` (nats; the two are empty without a score) and `final_<loss>`.
    """
    rows = []
    for (experiment, seed), history in sorted(histories.items()):
        last = history.iloc[-1]
        row = {
            "experiment": experiment,
            "seed": seed,
            "epochs": int(last["epoch"]),
            "budget": experiments[experiment]["settings"]["training"]["epochs"],
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
        table["best_epoch"] = table["best_epoch"].astype("Int64")
    return table


def budget_sentence(name: str, settings: dict[str, Any], table: pd.DataFrame) -> str:
    """How long an experiment trained, and whether that is less than the paper configuration.

    Args:
        name: Of the experiment.
        settings: Its resolved settings.
        table: Of `runs`.
    """
    budget = settings["training"]["epochs"]
    ran = table[table["experiment"] == name]["epochs"] if len(table) else table
    if not len(ran):
        return f"The budget is {budget:,} epochs; no history of a training was given."
    low, high = int(ran.min()), int(ran.max())
    span = f"{high:,}" if low == high else f"{low:,} to {high:,}"
    plural = "epoch" if high == 1 else "epochs"
    trainings = "The training" if len(ran) == 1 else f"The {len(ran)} trainings"
    text = f"{trainings} ran {span} {plural} of a budget of {budget:,}."
    if high < budget:
        text += " Selection ended them early, because the validation score no longer rose."
    if budget < PAPER_EPOCHS:
        text += (
            f" The paper configuration allows {PAPER_EPOCHS:,}: these are numbers of a shortened "
            "training, not of the paper's setting."
        )
    return text
