"""Table 1 of the paper, as printed."""

from typing import Any

from deepgen.evaluation.estimators import PUBLISHED

SOURCE = "Goodfellow et al., Generative Adversarial Nets, NIPS 2014, Table 1"

# What the ± is over, from the table's caption: test examples of MNIST, folds of TFD
ERROR_OVER = {"MNIST": "examples", "TFD": "folds"}

# Title of the space in which the released code scores both
PIXELS = "pixels in [0, 1]"

# Open sets that stand beside one of the paper that must be asked for
STAND_INS = {"LFW faces": "TFD"}

# What the budgets in the experiments' files rest on
# Draws of a model that the released `parzen_ll.py` scores
SAMPLES = 10_000

# Mean log-likelihood of the test set in nats and its standard error
_TABLE_1 = {
    "DBN": {"MNIST": (138, 2), "TFD": (1909, 66)},
    "Stacked CAE": {"MNIST": (121, 1.6), "TFD": (2110, 50)},
    "Deep GSN": {"MNIST": (214, 1.1), "TFD": (1890, 29)},
    "Adversarial nets": {"MNIST": (225, 2), "TFD": (2057, 26)},
}
MODELS = list(_TABLE_1)
OURS = "Adversarial nets"


def published(datasets: list[str]) -> list[dict[str, Any]]:
    """The paper's rows for the data sets of these titles, in its order.

    How many samples and which sigma they rest on is not printed in the table, so it is left out.

    Example:
        >>> [(row["model"], row["log_likelihood"]) for row in published(["MNIST"])][-1]
        ('Adversarial nets', 225.0)
    """
    return [
        {
            "model": model,
            "dataset": dataset,
            "origin": "published",
            "log_likelihood": float(columns[dataset][0]),
            "standard_error": float(columns[dataset][1]),
            "standard_error_over": ERROR_OVER[dataset],
            "estimator": PUBLISHED,
            "space": PIXELS,
        }
        for dataset in datasets
        if dataset in ERROR_OVER
        for model, columns in _TABLE_1.items()
    ]
