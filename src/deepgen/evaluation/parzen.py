"""The Parzen score of a set of samples: how sigma is chosen, and the number with its error.

Two estimators on the same samples and images (design of the released `parzen_ll.py`):

- `parzen, released default grid`: sigma from ten values between 0.1 and 1, the script's default
  (the paper says only that sigma was cross-validated; whether these made its table is not known);
- `parzen, fine sigma`: sigma maximised over an interval, because that grid, with steps of 1.29,
  costs up to 13 nats on MNIST.

Both choose sigma by the mean log-likelihood of validation images; the test set is read once, after.
"""

import math
from typing import Any

import torch
from torch import Tensor

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.evaluation.parzen_window import log_grid, log_likelihood, search


def choose_sigmas(
    validation: Tensor, samples: Tensor, settings: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Choose sigma by both estimators.

    Args:
        validation: Validation images in the scoring space, [m, D].
        samples: Centres of the window, [n, D].
        settings: The resolved `parzen` section.

    Returns:
        The curve, one row a tried sigma (estimator, sigma, log_likelihood, standard_error; nats),
        and the choice, {estimator: {sigma, on_grid_edge, grid}}.
    """
    curve: list[dict[str, Any]] = []
    choices: dict[str, dict[str, Any]] = {}
    grid = settings["grid"]
    sigmas, (low, high) = log_grid(**grid), settings["fine_range"]
    for estimator, values in (
        (
            RELEASED_GRID,
            dict(zip(sigmas, log_likelihood(validation, samples, sigmas), strict=True)),
        ),
        (FINE_SIGMA, search(validation, samples, low, high, settings["fine_tolerance"])),
    ):
        tried = [{"sigma": sigma} | summarise(row) for sigma, row in values.items()]
        best = max(tried, key=lambda row: row["log_likelihood"])
        curve += [{"estimator": estimator} | row for row in tried]
        choices[estimator] = {
            "sigma": best["sigma"],
            "on_grid_edge": best is tried[0] or best is tried[-1],
            "grid": [grid["start"], grid["stop"], grid["num"]]
            if estimator == RELEASED_GRID
            else [low, high],
        }
    return curve, choices


def evaluate(
    samples: Tensor,
    test: Tensor,
    choices: dict[str, dict[str, Any]],
    space: str,
    whole_grid: bool = True,
) -> tuple[dict[str, dict[str, Any]], Tensor]:
    """The test log-likelihood of every estimator, with what a reader must know beside it.

    Args:
        samples: Centres of the window, [n, D].
        test: Test images in the scoring space, [m, D].
        choices: From `choose_sigmas`.
        space: Name of the scoring space in words.
        whole_grid: Whether to score every sigma of the grid, too; if not, `grid_scores` is empty.

    Returns:
        {estimator: {log_likelihood, standard_error, ...}}, in nats; the error is over test examples
        (ddof 0, as released). `grid_scores`, [sigma, mean log-likelihood] of every value of the
        grid, shows what the grid alone costs and chooses nothing. Then the log-likelihood of every
        image, float64 [estimators, m].
    """
    sigmas = [choice["sigma"] for choice in choices.values()]
    on = choices.get(RELEASED_GRID) if whole_grid else None
    grid = log_grid(*on["grid"]) if on else []
    values = log_likelihood(test, samples, [*sigmas, *grid])
    values, on_grid = values[: len(sigmas)], values[len(sigmas) :].mean(dim=1).tolist()
    curve = [list(pair) for pair in zip(grid, on_grid, strict=True)]
    results = {
        estimator: choice
        | summarise(row)
        | {
            "standard_error_over": "examples",
            "num_samples": len(samples),
            "num_test_examples": len(test),
            "space": space,
            "per_fold": [],
            "grid_scores": curve if estimator == RELEASED_GRID else [],
        }
        for (estimator, choice), row in zip(choices.items(), values, strict=True)
    }
    return results, values


def over_folds(results: list[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """One score of several folds: their mean, and its standard error over them.

    (The caption of Table 1: "the standard error across folds of the dataset, with a different sigma
    chosen using the validation set of each fold".) The error is the folds' standard deviation
    (ddof 1) over the square root of their number.

    Args:
        results: The numbers of `evaluate`, fold 1 first, at least two.

    Returns:
        As `evaluate`, with `sigma` the mean of `sigmas`, and each fold's own numbers in `per_fold`.
    """
    keys = "log_likelihood", "standard_error", "sigma", "on_grid_edge", "num_test_examples"
    combined = {}
    for estimator, first in results[0].items():
        folds = [result[estimator] for result in results]
        scores = torch.tensor([fold["log_likelihood"] for fold in folds], dtype=torch.float64)
        sigmas = [fold["sigma"] for fold in folds]
        curves = torch.tensor([fold["grid_scores"] for fold in folds], dtype=torch.float64)
        combined[estimator] = first | {
            "log_likelihood": scores.mean().item(),
            "standard_error": scores.std(correction=1).item() / math.sqrt(len(folds)),
            "standard_error_over": "folds",
            "sigma": math.fsum(sigmas) / len(sigmas),
            "sigmas": sigmas,
            "on_grid_edge": any(fold["on_grid_edge"] for fold in folds),
            "num_test_examples": sum(fold["num_test_examples"] for fold in folds),
            "per_fold": [
                {"fold": k} | {key: fold[key] for key in keys} for k, fold in enumerate(folds, 1)
            ],
            "grid_scores": curves.mean(0).tolist(),
        }
    return combined


def summarise(values: Tensor) -> dict[str, float]:
    """Mean and standard error of the mean (ddof 0, as released) of values [n]."""
    error = values.std(correction=0).item() / math.sqrt(len(values))
    return {"log_likelihood": values.mean().item(), "standard_error": error}
