"""Classifier two-sample test: can a network tell samples from test images? (Lopez-Paz & Oquab 2017)

A small perceptron is fitted to one half of samples and test images, in equal numbers, and its
accuracy taken on the other half. The images must be quantised as the test images are, or the test
finds the real numbers and not the picture.
"""

import math
import warnings
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from torch import get_num_threads

from deepgen.errors import DeepgenError
from deepgen.evaluation.sets import Sets, equal_numbers

HIDDEN, BATCH, UPDATES = 128, 100, 2000


def score(sets: Sets, settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Accuracy on images that the classifier was not fitted to.

    Args:
        sets: Images, quantised to 8 bits where they are pixels; `samples` and `test` are used.
        settings: `num_samples` (at most so many of each).
        seed: Of the halves, the initial weights and the minibatches.

    Returns:
        `value` (accuracy), `standard_error` (binomial), `standard_error_over`, `num_samples`,
        `num_test_examples` (compared in all), `num_judged` (of both in the second half),
        `p_value` (one-sided: of at least this accuracy if the classifier only guessed).

    Raises:
        DeepgenError: for fewer than four samples or test images.
    """
    samples, test = (x.cpu().numpy() for x in equal_numbers(sets, settings, seed))
    n = len(samples)
    if n < 4:
        raise DeepgenError(
            f"{n} samples and {n} test images have no halves to fit and to judge a classifier: "
            "give at least four of each"
        )
    rng = np.random.default_rng(seed)
    fit, judge = _halves([test, samples], rng)
    correct = int(_correct(fit, judge, int(rng.integers(2**31))).sum())
    total = len(judge[0])
    accuracy = correct / total
    return {
        "value": accuracy,
        "standard_error": math.sqrt(accuracy * (1.0 - accuracy) / total),
        "standard_error_over": "examples",
        "num_samples": n,
        "num_test_examples": n,
        "num_judged": total,
        "p_value": float(binomtest(correct, total, 0.5, alternative="greater").pvalue),
    }


def _halves(classes: list[np.ndarray], rng: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    """(x, label) of the half to fit and of the half to judge, each with its classes balanced."""
    halves: list[tuple[list, list]] = [([], []), ([], [])]
    for label, x in enumerate(classes):
        order = rng.permutation(len(x))
        middle = len(x) // 2
        for (images, labels), rows in zip(halves, (order[:middle], order[middle:]), strict=True):
            images.append(x[rows])
            labels.append(np.full(len(rows), label))
    return [(np.concatenate(images), np.concatenate(labels)) for images, labels in halves]


def _correct(fit: tuple, judge: tuple, seed: int) -> np.ndarray:
    """Whether each image of `judge` is classified rightly by a perceptron that saw `fit`."""
    batch = min(BATCH, len(fit[0]))
    epochs = math.ceil(UPDATES * batch / len(fit[0]))
    perceptron = MLPClassifier(HIDDEN, batch_size=batch, max_iter=epochs, random_state=seed)
    classifier = make_pipeline(StandardScaler(), perceptron)
    with threadpool_limits(get_num_threads()), warnings.catch_warnings():
        # A fixed number of updates bounds the time, and more of them overfit
        warnings.simplefilter("ignore", ConvergenceWarning)
        return classifier.fit(*fit).predict(judge[0]) == judge[1]
