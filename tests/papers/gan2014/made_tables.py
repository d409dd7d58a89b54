"""Long forms of a run with the paper's four models, a variant, and one that the paper lacks."""

import pandas as pd
from made_scores import likelihood, row, score

from deepgen.papers.gan2014.published import published
from deepgen.report.long_form import long_form, to_csv

# Nats of the grid, fine sigma, accuracy, MMD², precision, recall, C_T
MODELS = {
    "Adversarial nets": (222.0, 226.0, 0.83, 2.0e-3, 0.92, 0.80, 4.1),
    "Adversarial nets, annealed (ours)": (210.0, 212.0, 0.90, 3.0e-3, 0.90, 0.70, 5.0),
    "DBN (ours)": (131.0, 136.0, 0.95, 6.5e-3, 0.75, 0.62, 12.0),
    "Stacked CAE (ours)": (134.0, 139.0, 0.97, 1.1e-2, 0.70, 0.33, 18.0),
    "Deep GSN (ours)": (209.0, 215.0, 0.86, 1.9e-3, 0.90, 0.60, -5.2),
    "RBM": (-180.0, -170.0, 0.91, 5.8e-3, 0.80, 0.71, 7.0),
}
TITLES = list(MODELS)


def compared(value, error):
    counts = {"num_samples": 2000, "num_test_examples": 2000}
    return {"value": value, "standard_error": error} | counts


def tables(models=MODELS, likely=("DBN (ours)", "RBM"), seeds=3):
    """{name: long form} as a figure reads it from its file; the first model has several seeds."""
    parzen, scores, likelihoods = [], [], []
    for i, (title, numbers) in enumerate(models.items()):
        grid, fine, accuracy, mmd, precision, recall, copying = numbers
        for seed in range(1, 1 + (seeds if i == 0 else 1)):
            own = row("selected", seed, title, experiment=f"model-{i}")
            parzen.append((own, "parzen", score(grid + 3.0 * (seed - 1), fine)))
            kinds = {"precision": compared(precision, 0.003), "recall": compared(recall, 0.005)}
            scores += [
                (own, "two_sample", {"features": compared(accuracy, 0.004)}),
                (own, "mmd", {"pixels": compared(0.1, 0.01), "features": compared(mmd, 3e-4)}),
                (own, "precision_recall", {"features": kinds}),
                (own, "data_copying", {"features": compared(copying, 0.35)}),
            ]
        if title in likely:
            estimate = likelihood(-92.0 - i, kind="estimate", interval=[-0.3, 0.5])
            likelihoods.append((own, "likelihood", {"forward": estimate["direct"]}))
    made = {
        "parzen": long_form("parzen", parzen, published(["MNIST", "TFD"])),
        "scores": long_form("scores", scores),
        "likelihoods": long_form("likelihoods", likelihoods),
    }
    return made


def read_again(made, folder):
    """The same, written as the stage `table` writes it and read as the stage `figure` does."""
    for name, table in made.items():
        (folder / f"{name}.csv").write_text(to_csv(table))
    return {name: pd.read_csv(folder / f"{name}.csv") for name in made}
