"""Two errors of a Parzen score that its ± over test images leaves out.

- **Samples**: a model is scored by one set of samples, and others drawn from it score otherwise.
- **Sigma**: it was chosen on some validation images, and others might have chosen another one.

Where a set has folds, the score is their mean, and so are all scores here; each fold draws its own
validation images, as if the folds shared none.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import stdev
from typing import Any

import torch
from torch import Tensor

from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.evaluation.parzen import choose_sigmas, evaluate, over_folds
from deepgen.evaluation.parzen_window import log_grid, log_likelihood

CHOSEN = ("log_likelihood", "sigma")
REACH = 12  # bandwidths that a search goes on by, to each side
RUNS = 10  # of neighbours, of which each set of validation images is made


@dataclass(frozen=True)
class Fold:
    """Images of a fold, or of a set without folds, in the scoring space.

    Attributes:
        valid: All validation images, [v, D], of which the first `sigma_examples` choose sigma.
        test: Test images, [m, D].
    """

    valid: Tensor
    test: Tensor


def spreads(
    samples: Tensor,
    redraws: Iterable[Tensor],
    folds: list[Fold],
    settings: dict[str, Any],
    resamples: int,
    rng: torch.Generator,
    space: str,
) -> dict[str, dict[str, Any]]:
    """The score of some samples with the two errors, under both estimators.

    Args:
        samples: Those that are reported, [n, D].
        redraws: Further sets from the same model, at least one, each [n, D].
        folds: One of a set without folds.
        settings: The resolved section `parzen`.
        resamples: How often validation images are drawn again, at least twice.
        rng: Chooses these images; on the CPU.
        space: Name of the scoring space in words.

    Returns:
        {estimator: result}: `log_likelihood`, `standard_error`, `standard_error_over`, `sigma`,
        `num_samples`, `num_test_examples` and `space` as in `parzen.json`; `redrawn`, the scores
        and sigmas (of folds their mean) of all sets, the reported one first; `resampled`, those of
        the reported samples under other validation images; of both the scores' standard deviation
        (ddof 1, nats), `spread_over_samples` and `spread_over_validation`, and their numbers,
        `sample_sets` and `resamples`.
    """
    reported = _score(samples, folds, settings, space)
    # The whole protocol is repeated, the choice of sigma too, because the reported number has been
    # through it; what other validation images do to sigma is the second error alone
    sets = [reported, *(_score(redrawn, folds, settings, space) for redrawn in redraws)]
    centres = reported[FINE_SIGMA].get("sigmas") or [reported[FINE_SIGMA]["sigma"]]
    parts = [
        _resampled(samples, fold, centre, settings, resamples, rng)
        for fold, centre in zip(folds, centres, strict=True)
    ]
    same = "standard_error", "standard_error_over", "num_samples", "num_test_examples", "space"
    results = {}
    for estimator, whole in reported.items():
        redrawn = {key: [score[estimator][key] for score in sets] for key in CHOSEN}
        of_folds = torch.stack([part[estimator] for part in parts])
        resampled = dict(zip(CHOSEN, of_folds.mean(0).tolist(), strict=True))
        results[estimator] = {key: whole[key] for key in (*CHOSEN, *same)} | {
            "spread_over_samples": stdev(redrawn["log_likelihood"]),
            "spread_over_validation": stdev(resampled["log_likelihood"]),
            "sample_sets": len(sets),
            "resamples": resamples,
            "redrawn": redrawn,
            "resampled": resampled,
        }
    return results


def _score(
    samples: Tensor, folds: list[Fold], settings: dict[str, Any], space: str
) -> dict[str, dict[str, Any]]:
    """The protocol of `parzen.json`, without the scores of its whole grid."""
    results = []
    for fold in folds:
        validation = fold.valid[: settings["sigma_examples"]]
        _, choices = choose_sigmas(validation, samples, settings)
        results.append(evaluate(samples, fold.test, choices, space, whole_grid=False)[0])
    return over_folds(results) if len(results) > 1 else results[0]


def _resampled(
    samples: Tensor,
    fold: Fold,
    centre: float,
    settings: dict[str, Any],
    resamples: int,
    rng: torch.Generator,
) -> dict[str, Tensor]:
    """Scores and sigmas, {estimator: [2, resamples]}, under other validation images of a fold."""
    count = min(settings["sigma_examples"], len(fold.valid))
    weights = _draw(len(fold.valid), count, resamples, rng)
    grid = log_grid(**settings["grid"])
    chosen = {
        RELEASED_GRID: [grid[i] for i in _means(fold.valid, samples, grid, weights).argmax(0)],
        FINE_SIGMA: _search(fold.valid, samples, centre, settings, weights),
    }
    sigmas = sorted({sigma for found in chosen.values() for sigma in found})
    means = log_likelihood(fold.test, samples, sigmas).mean(1).tolist()
    scores = dict(zip(sigmas, means, strict=True))
    return {
        name: torch.tensor([[scores[sigma] for sigma in found], found], dtype=torch.float64)
        for name, found in chosen.items()
    }


def _draw(images: int, count: int, resamples: int, rng: torch.Generator) -> Tensor:
    """How much each image weighs in each resample, float64 [resamples, images]; rows sum to 1.

    A block bootstrap (Kunsch 1989; circular, Politis and Romano 1992): `count` of all images are
    drawn with replacement, ten runs of neighbours with random starts, because neighbours resemble
    each other (MNIST's in their ink: its mean correlates by 0.05 to 0.15 up to 50 images apart;
    LFW's are one person). Drawn one by one they would give a
    third of the spread of MNIST's ten disjoint blocks of 1,000.
    """
    length = math.ceil(count / RUNS)
    starts = torch.randint(images, (resamples, math.ceil(count / length), 1), generator=rng)
    drawn = ((starts + torch.arange(length)) % images).flatten(1)[:, :count]
    return torch.stack([torch.bincount(rows, minlength=images) for rows in drawn]).double() / count


def _search(
    x: Tensor, samples: Tensor, centre: float, settings: dict[str, Any], weights: Tensor
) -> list[float]:
    """The best bandwidth for each row of weights, up to the tolerance of the fine sigma.

    All rows share the densities of one fine grid, of which only that part is computed in which
    their best ones lie: from `centre` on, until none of them is at an end.
    """
    low, high = settings["fine_range"]
    steps = math.ceil(math.log(high / low) / math.log1p(settings["fine_tolerance"]))
    sigmas = log_grid(low, high, steps + 1)
    start = stop = min(range(len(sigmas)), key=lambda i: abs(math.log(sigmas[i] / centre)))
    means = torch.empty(0, len(weights), dtype=torch.float64)
    while True:
        below = sigmas[max(start - REACH, 0) : start]
        above = sigmas[stop : stop + REACH]
        found = _means(x, samples, below + above, weights)
        means = torch.cat([found[: len(below)], means, found[len(below) :]])
        start, stop = start - len(below), stop + len(above)
        best = means.argmax(0)
        inside_below = start == 0 or best.min() > 0
        inside_above = stop == len(sigmas) or best.max() < len(means) - 1
        if inside_below and inside_above:
            return [sigmas[start + i] for i in best]


def _means(x: Tensor, samples: Tensor, sigmas: list[float], weights: Tensor) -> Tensor:
    """Weighted mean log-densities of x, [len(sigmas), rows of weights]."""
    return log_likelihood(x, samples, sigmas).cpu() @ weights.T
