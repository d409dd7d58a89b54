"""C_T: are samples nearer to the training set than held-out images are?

Cells of the data space are k-means clusters of the training set. In each cell Z_U is the
standardised Mann-Whitney statistic of distances to the nearest training image of the cell, samples
against held-out images; C_T is the mean of Z_U over cells, weighted by the share of held-out images
(Meehan, Chaudhuri and Dasgupta 2020).

A blurred image is nearer to everything, so that in pixels blur looks like copying.
"""

import math
from typing import Any

import numpy as np
from scipy.stats import rankdata
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits
from torch import Tensor, from_numpy, get_num_threads

from deepgen.errors import DeepgenError
from deepgen.evaluation.distances import nearest_squared
from deepgen.evaluation.readings import LEAST_IN_CELL
from deepgen.evaluation.sets import Sets, choose

ITERATIONS = 30


def score(sets: Sets, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """C_T of the samples.

    Args:
        sets: Images; `samples`, `held_out` and `train` are used.
        settings: `num_samples` (at most so many of samples and of held-out images), `cells`
            (k-means clusters; 1 gives the global Z_U).
        seed: Of k-means, and of the choice of images where there are more.

    Returns:
        `value`, `standard_error` (under the null, where Z_U of every cell has variance 1:
        sqrt(sum w^2) / sum w), `standard_error_over`, `num_samples`, `num_test_examples` (held-out
        images), `cells` (that were asked for), `cells_used`, `held_out_share` (of held-out images
        in those), `train_size`.

    Raises:
        DeepgenError: if there is no training set, there are more cells than training images, or
            none holds 20 samples and 20 held-out images.
    """
    if sets.train is None:
        raise DeepgenError(
            "data copying is measured against the training set, which is not among the sets: give "
            "it as train"
        )
    rng = np.random.default_rng(seed)
    samples = choose(sets.samples, settings["num_samples"], rng)
    held_out = choose(sets.held_out, settings["num_samples"], rng)
    cells = _cells([samples, held_out, sets.train], settings["cells"], seed)
    scores, weights = [], []
    for cell in range(settings["cells"]):
        in_cell = [x[from_numpy(c == cell).to(x.device)] for x, c in cells]
        if min(len(x) for x in in_cell[:2]) < LEAST_IN_CELL:
            continue
        model, real = (nearest_squared(x, in_cell[2]).cpu().numpy() for x in in_cell[:2])
        scores.append(z_u(model, real))
        weights.append(len(real) / len(held_out))
    if not scores:
        raise DeepgenError(
            f"none of {settings['cells']} cells holds {LEAST_IN_CELL} of {len(samples)} samples "
            f"and of {len(held_out)} held-out images: lower cells or draw more samples"
        )
    weights = np.array(weights)
    return {
        "value": float(weights @ scores / weights.sum()),
        "standard_error": float(np.sqrt(np.square(weights).sum()) / weights.sum()),
        "standard_error_over": "examples",
        "num_samples": len(samples),
        "num_test_examples": len(held_out),
        "cells": settings["cells"],
        "cells_used": len(scores),
        "held_out_share": float(weights.sum()),
        "train_size": len(sets.train),
    }


def z_u(model: np.ndarray, real: np.ndarray) -> float:
    """Standardised Mann-Whitney statistic, without continuity correction.

    U counts the pairs in which the first distance exceeds the second, ties as one half; under the
    null its mean is mn / 2 and its variance mn (m + n + 1) / 12, less what ties take away.

    Args:
        model: Distances of samples, [m].
        real: Distances of held-out images, [n].

    Returns:
        Negative where samples are nearer; 0 if all distances are equal.
    """
    m, n = len(model), len(real)
    ranks = rankdata(np.concatenate([model, real]))
    u = ranks[:m].sum() - m * (m + 1) / 2
    # Without ties the ranks' variance is ((m + n)^2 - 1) / 12
    variance = m * n * ranks.var() / (m + n - 1)
    return float((u - m * n / 2) / math.sqrt(variance)) if variance > 0 else 0.0


def _cells(sets: list[Tensor], cells: int, seed: int) -> list[tuple[Tensor, np.ndarray]]:
    """Each of samples, held-out and training images with the k-means cell of its rows, int [n]."""
    train = sets[-1].cpu().numpy()
    if not 0 < cells <= len(train):
        raise DeepgenError(
            f"cells is {cells}, but there are {len(train)} training images: choose 1 to that number"
        )
    kmeans = KMeans(cells, n_init=1, max_iter=ITERATIONS, random_state=seed)
    with threadpool_limits(get_num_threads()):
        kmeans.fit(train)
        return [(x, kmeans.predict(x.cpu().numpy())) for x in sets]
