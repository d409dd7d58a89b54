"""Precision, recall, density, coverage."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from deepgen.errors import DeepgenError
from deepgen.evaluation import distances
from deepgen.evaluation.precision_recall import score
from deepgen.evaluation.sets import Sets

NAMES = ("precision", "recall", "density", "coverage")


def settings(k, n=10_000):
    return {"num_samples": n, "neighbours": k}


def sets(samples, test):
    samples, test = torch.as_tensor(samples).float(), torch.as_tensor(test).float()
    return Sets(samples, test, test, test, test)


def values(samples, test, k):
    result = score(sets(samples, test), settings(k), 1)
    return [result[name]["value"] for name in NAMES]


def reference(samples, test, k):
    """The four scores by scikit-learn's neighbours, float64; the point itself is the first one."""
    samples, test = samples.astype(np.float64), test.astype(np.float64)
    test_tree, sample_tree = (
        NearestNeighbors(n_neighbors=k + 1, algorithm="kd_tree").fit(x) for x in (test, samples)
    )
    test_radii = test_tree.kneighbors(test)[0][:, k]
    sample_radii = sample_tree.kneighbors(samples)[0][:, k]
    between = np.array([[np.linalg.norm(t - s) for s in samples] for t in test])
    inside = between < test_radii[:, None]
    return [
        inside.any(0).mean(),
        (between < sample_radii).any(1).mean(),
        inside.sum(0).mean() / k,
        (sample_tree.kneighbors(test, 1)[0][:, 0] < test_radii).mean(),
    ]


@pytest.mark.parametrize("k", [1, 3, 5])
def test_equals_scikit_learn(k, monkeypatch):
    monkeypatch.setattr(distances, "ENTRIES", 37 * 150)
    rng = np.random.default_rng(k)
    test = rng.standard_normal((150, 4)).astype(np.float32)
    samples = (0.7 * rng.standard_normal((150, 4)) + 0.4).astype(np.float32)
    expected = reference(samples, test, k)
    assert 0 < expected[1] < expected[0]
    assert values(samples, test, k) == pytest.approx(expected, abs=1e-12)


def test_equals_scikit_learn_on_images(mnist):
    samples, test = mnist["train"][:200], mnist["test"][:200]
    assert values(samples, test, 5) == pytest.approx(reference(samples, test, 5), abs=1e-12)


@pytest.mark.parametrize("k", [1, 4])
def test_identical_sets_are_perfect_and_ties_are_outside(k, mnist):
    x = mnist["test"][:300]
    shuffled = x[np.random.default_rng(1).permutation(300)]
    # Each ball holds its own centre and k - 1 neighbours: the k-th, on its border, is outside
    assert values(shuffled, x, k)[0] == 1.0
    assert values(shuffled, x, k)[1:] == [1.0, 1.0, 1.0]


def test_samples_far_away_score_nothing():
    x = np.random.default_rng(0).standard_normal((50, 3))
    assert values(x + 100.0, x, 3) == [0.0, 0.0, 0.0, 0.0]


def test_a_line_with_known_answers():
    test = np.array([[0.0], [1.0], [2.0], [10.0]])  # radii for k = 1: 1, 1, 1, 8
    samples = np.array([[0.5], [0.6], [2.5], [50.0]])  # radii: 0.1, 0.1, 1.9, 47.5
    # 0.5 and 0.6 lie in the balls of 0 and 1, 2.5 in those of 2 and 10, 50 in none; of the test
    # images only 1 (by 2.5), 2 and 10 lie in a ball of a sample
    precision, recall, density, coverage = values(samples, test, 1)
    assert (precision, recall, density, coverage) == (0.75, 0.75, 6 / 4, 1.0)


def test_a_collapsed_model_has_precision_without_recall_or_coverage(mnist):
    test = mnist["test"][:300]
    collapsed = np.repeat(test[:1], 300, axis=0)
    precision, recall, _, coverage = values(collapsed, test, 5)
    assert precision == 1.0
    assert recall == 0.0  # all balls are points, and a tie is outside
    assert 0 < coverage < 0.1


def test_near_constant_samples_are_told_from_real_ones(mnist):
    """A picture with a little noise, one that real images crowd around, and other real images."""
    test, train = mnist["test"][:500], mnist["train"][:500]
    noise = np.random.default_rng(0).normal(0.0, 0.001, test.shape)
    near, hub = np.repeat(test[:1], 500, axis=0) + noise, test.mean(0) + noise
    for samples, collapsed in ((near, True), (hub, True), (train, False)):
        result = score(sets(samples, test), settings(5), 1)
        assert {result[name]["collapsed"] for name in NAMES} == {collapsed}
    variance = train.var(0, ddof=1).sum() / test.var(0, ddof=1).sum()
    assert result["density"]["relative_variance"] == pytest.approx(variance, rel=1e-5)


def test_more_density_than_any_real_image_has_is_no_set_of_pictures():
    """Samples spread wide enough, but all where many balls meet, which no test image does."""
    angles = np.linspace(0.0, 2 * np.pi, 8, endpoint=False)
    test = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    test = np.concatenate([test + 3.0 * k * np.array([1.0, 0.0]) for k in range(2)])
    samples = np.concatenate([0.2 * test[:8], 0.2 * (test[8:] - [3.0, 0.0]) + [3.0, 0.0]])
    result = score(sets(samples, test), settings(6), 1)["density"]
    assert result["relative_variance"] > 0.5
    assert result["relative_density"] > 1
    assert result["collapsed"]


def test_standard_errors_are_right_when_the_balls_stay():
    rng = np.random.default_rng(0)
    test = rng.standard_normal((200, 2))
    results = [score(sets(rng.standard_normal((200, 2)), test), settings(3), 1) for _ in range(200)]
    for name in ("precision", "density"):
        spread = np.std([result[name]["value"] for result in results])
        stated = np.mean([result[name]["standard_error"] for result in results])
        assert stated == pytest.approx(spread, rel=0.2)


def test_numbers_are_equal_bounded_and_stated():
    rng = np.random.default_rng(0)
    uneven = sets(rng.standard_normal((80, 3)), rng.standard_normal((60, 3)))
    for limit, n in {1000: 60, 50: 50}.items():
        result = score(uneven, settings(3, limit), 1)
        assert result == score(uneven, settings(3, limit), 1)
        assert {result[name]["num_samples"] for name in NAMES} == {n}
        assert {result[name]["num_test_examples"] for name in NAMES} == {n}


def test_no_neighbours_are_refused():
    x = np.eye(5)
    for k in (0, 5):
        with pytest.raises(DeepgenError, match=f"neighbours is {k}, but 5 samples"):
            score(sets(x, x), settings(k), 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (torch.zeros(4, 2), "valid holds torch.float32"),
        (torch.zeros(4, 3, dtype=torch.float64), "valid holds torch.float64"),
        (torch.zeros(0, 3), "valid holds"),
        (torch.full((4, 3), torch.nan), "valid holds values that are not finite"),
    ],
)
def test_sets_that_do_not_belong_together_are_refused(wrong, message):
    x = torch.zeros(4, 3)
    with pytest.raises(DeepgenError, match=message):
        Sets(x, x, x, wrong, x)
    with pytest.raises(DeepgenError, match=message.replace("valid", "train")):
        Sets(x, x, x, x, wrong)
