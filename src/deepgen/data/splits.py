"""Which images are for training, validation and test: row numbers, and nothing else.

Chance comes from SHA-256 of a seed and a name, so that a split is the same on every machine and
with every version of NumPy.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

FOLDS = 5
UNLABELLED, VALID, TEST = 0, 2, 3


def split_people(
    people: Sequence[str], seed: int, train_share: float, always_train_above: int, held_out: int
) -> dict[str, np.ndarray]:
    """Split images by the people they show, who are either all in training or all in the test.

    The training part has everyone with more than `always_train_above` images and, in the seed's
    order, others until it holds `train_share` of all images; `valid` is `held_out` of its images,
    such that everyone keeps one for `train`. The other people are `test`. They are dealt into ten
    equal tenths: fold k is tested on two of them, each in one fold, and validated on a third.

    Args:
        people: Whom each image shows, N names.

    Returns:
        Sorted rows by split: `train`, `valid`, `test`, `fold-1/valid`, `fold-1/test`, ...
    """
    counts = Counter(people)
    training = _training_people(counts, seed, train_share, always_train_above)
    labelled = {name: count for name, count in counts.items() if name not in training}
    valid = _held_out(people, training, seed, held_out)
    inside = np.array([name in training for name in people], dtype=bool)
    rows = {
        "train": np.flatnonzero(inside & ~valid),
        "valid": np.flatnonzero(valid),
        "test": np.flatnonzero(~inside),
    }
    tenth = _tenths(labelled, seed)
    of_row = np.array([tenth.get(name, -1) for name in people])
    for k in range(FOLDS):
        following = 2 * (k + 1) % (2 * FOLDS)
        rows[f"fold-{k + 1}/valid"] = np.flatnonzero(of_row == following)
        rows[f"fold-{k + 1}/test"] = np.flatnonzero((of_row == 2 * k) | (of_row == 2 * k + 1))
    return rows


def split_given(folds: np.ndarray) -> dict[str, np.ndarray]:
    """The split that a set itself gives.

    Args:
        folds: uint8 [N, K], as in `Part`; an image is unlabelled in all folds or in none.

    Returns:
        Rows by split: `train` (unlabelled), `valid` (validation images of the first fold), `test`
        (all others that are labelled), `fold-1/valid`, `fold-1/test`, ... The tests of other folds
        hold images of `valid`, and of each other's validation.
    """
    unlabelled, valid = folds[:, 0] == UNLABELLED, folds[:, 0] == VALID
    rows = {
        "train": np.flatnonzero(unlabelled),
        "valid": np.flatnonzero(valid),
        # What a bandwidth or the levels of pixels were chosen on is not what is compared
        "test": np.flatnonzero(~unlabelled & ~valid),
    }
    for k in range(folds.shape[1]):
        rows[f"fold-{k + 1}/valid"] = np.flatnonzero(folds[:, k] == VALID)
        rows[f"fold-{k + 1}/test"] = np.flatnonzero(folds[:, k] == TEST)
    return rows


def split_drawn(
    count: int, labels: np.ndarray | None, seed: int, valid: int, test: int
) -> dict[str, np.ndarray]:
    """Put images aside by lot; with labels, each class gives its share.

    Args:
        count: Images.
        labels: [count], or None.
        seed: Of the lot.
        valid: Images for validation.
        test: Images for the test.

    Returns:
        Sorted rows by split: `train`, `valid`, `test`.
    """
    order = [int(row) for row in _in_order(map(str, range(count)), seed, "drawn images")]
    if labels is not None:
        of_class, seen, place = Counter(labels.tolist()), Counter(), {}
        for row in order:
            label = int(labels[row])
            place[row] = (seen[label] + 0.5) / of_class[label]
            seen[label] += 1
        order.sort(key=place.__getitem__)  # stable: the lot orders equals
    ends = {
        "test": order[:test],
        "valid": order[test : test + valid],
        "train": order[test + valid :],
    }
    return {name: np.sort(np.array(rows, int)) for name, rows in ends.items()}


def _training_people(
    counts: Counter, seed: int, train_share: float, always_train_above: int
) -> set[str]:
    training = {name for name, count in counts.items() if count > always_train_above}
    total = sum(counts[name] for name in training)
    for name in _in_order(counts.keys() - training, seed, "training people"):
        if total >= train_share * counts.total():
            break
        training.add(name)
        total += counts[name]
    return training


def _held_out(people: Sequence[str], training: set[str], seed: int, count: int) -> np.ndarray:
    """Mark `count` images of people in training, or fewer where they would lose their last."""
    seen, row_of = Counter(), {}
    for row, name in enumerate(people):
        seen[name] += 1
        row_of[f"{name} {seen[name]}"] = row
    chosen, left = [], Counter(people)
    for image in _in_order(row_of, seed, "held-out images"):
        name = people[row_of[image]]
        if len(chosen) < count and name in training and left[name] > 1:
            chosen.append(row_of[image])
            left[name] -= 1
    marked = np.zeros(len(people), dtype=bool)
    marked[chosen] = True
    return marked


def _tenths(counts: dict[str, int], seed: int) -> dict[str, int]:
    """Deal people into ten groups of equally many images, those with most images first."""
    sizes = [0] * (2 * FOLDS)
    tenth = {}
    order = _in_order(counts, seed, "tenths")
    for name in sorted(order, key=lambda name: -counts[name]):  # stable: the seed orders equals
        tenth[name] = sizes.index(min(sizes))
        sizes[tenth[name]] += counts[name]
    return tenth


def _in_order(names: Iterable[str], seed: int, purpose: str) -> list[str]:
    """Names in an order that only the seed and the purpose decide."""
    return sorted(names, key=lambda n: hashlib.sha256(f"{seed}/{purpose}/{n}".encode()).digest())
