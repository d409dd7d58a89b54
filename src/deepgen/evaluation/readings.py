"""How scores are read, and the limits that a reader must know. Imports no torch.

A page of the report would otherwise load all that computes the scores.
"""

from typing import NamedTuple


class Reading(NamedTuple):
    """Of one score: its title, what its values say, and what its ± holds fixed."""

    title: str
    text: str
    holds: str


READINGS = {
    "two_sample": Reading(
        "Classifier two-sample test (accuracy)",
        "0.5 is best; 1 means that a classifier can always tell a sample from a test image.",
        "the fitted classifier",
    ),
    "precision_recall": Reading(
        "Precision, recall, density and coverage",
        "1 is best: precision and density ask whether samples look like test images, recall and "
        "coverage whether every test image has samples like it.",
        "the balls of both sets",
    ),
    "mmd": Reading(
        "Squared maximum mean discrepancy",
        "0 is best; below about twice its error this kernel cannot tell samples from test images.",
        "the kernel's bandwidth",
    ),
    "data_copying": Reading(
        "Data copying (C_T)",
        "0 is best; under -3 samples lie nearer to training images than unseen images do, as "
        "copies and blur do; far above 0 they lie farther off.",
        "the cells and the training set",
    ),
}

# Samples whose total variance is a smaller share of the test images' describe one picture
LEAST_VARIANCE = 0.01

# Data copying: the paper's tau = 20 / m; below this the normal approximation of U is poor. Asked of
# held-out images as well, of which the paper has enough in every cell.
LEAST_IN_CELL = 20

# Of autocorrelations, in samples of a chain
LAGS = (1, 10, 100)
