"""Orders of the models, against orders and rank correlations found by hand and by SciPy."""

import math

import pytest
from made_tables import MODELS, TITLES, tables
from scipy.stats import kendalltau

from deepgen.papers.gan2014.orders import PUBLISHED, agreement, measures, shown_titles

ESTIMATE = "log p(x), estimate, AIS, forward"


def by_heading(*arguments):
    return {measure.heading: measure for measure in measures(*arguments)}


def test_each_measure_ranks_by_what_is_good_for_it():
    found = by_heading(tables(), "MNIST", TITLES)
    rivals = {"DBN": "D", "Stacked CAE": "C", "Deep GSN": "G", "Adversarial nets": "A", "RBM": "R"}
    orders = {name: "".join(rivals[m] for m in measure.order) for name, measure in found.items()}
    assert orders == {
        "Parzen, published": "AGDC",
        "Parzen, ours, released grid": "AGCDR",
        "Parzen, ours, fine σ": "AGCDR",
        "Two-sample accuracy": "AGRDC",  # 0.5 is best
        "MMD² × 10,000": "GARDC",  # 0 is best
        "Precision": "AGRDC",
        "Recall": "ARDGC",
        "Data copying": "AGRDC",  # 0 is best, from both sides
        ESTIMATE: "DR",
    }


def test_errors_are_those_over_images_and_over_seeds_together():
    points = by_heading(tables(), "MNIST", TITLES)["Parzen, ours, released grid"].points
    assert points["Adversarial nets"].value == pytest.approx(225.0)
    assert points["Adversarial nets"].error == pytest.approx(math.hypot(2.0, 3.0 / math.sqrt(3)))
    assert points["DBN"].error == pytest.approx(2.0)
    assert by_heading(tables(), "MNIST", TITLES)["MMD² × 10,000"].points["RBM"].error == (
        pytest.approx(3.0)
    )


def test_two_models_are_tied_within_twice_the_error_of_their_difference():
    found = by_heading(tables(), "MNIST", TITLES)
    grid = found["Parzen, ours, released grid"]
    assert grid.tied("Stacked CAE", "DBN")  # 3 nats apart, error 2.8
    assert not grid.tied("Deep GSN", "Stacked CAE")
    near = MODELS | {"Deep GSN (ours)": (*MODELS["Deep GSN (ours)"][:6], -4.4)}
    copying = by_heading(tables(near), "MNIST", TITLES)["Data copying"]
    assert copying.tied("Adversarial nets", "Deep GSN")  # as far from 0, though on other sides
    likely = found[ESTIMATE]  # 3 nats apart, errors 0.35, and 0.5 of log Z each
    assert not likely.tied("DBN", "RBM")
    closer = by_heading(tables(likely=("DBN (ours)", "Stacked CAE (ours)")), "MNIST", TITLES)
    assert closer[ESTIMATE].tied("DBN", "Stacked CAE")  # 1 nat apart


def test_agreement_is_kendalls_tau_of_the_models_that_both_have():
    found = by_heading(tables(), "MNIST", TITLES)
    published = found.pop(PUBLISHED)
    for measure in found.values():
        both = [m for m in published.points if m in measure.points]
        agreed = agreement(published, measure)
        assert agreed.pairs == len(both) * (len(both) - 1) // 2
        if len(both) > 1:
            values = [published.goodness(m) for m in both], [measure.goodness(m) for m in both]
            assert agreed.tau == pytest.approx(kendalltau(*values).statistic)
    grid = agreement(published, found["Parzen, ours, released grid"])
    assert (grid.same, grid.pairs, grid.tied) == (5, 6, 1)


def test_of_several_variants_one_stands_for_a_model():
    titles = ["DBN, wide (ours)", "RBM", "Adversarial nets, b", "Adversarial nets", "DBN, c"]
    shown = {"DBN": "DBN, wide (ours)", "Adversarial nets": "Adversarial nets", "RBM": "RBM"}
    assert shown_titles(titles) == shown
    assert list(shown_titles(titles)) == list(shown)


def test_what_only_one_model_has_is_no_order():
    found = by_heading(tables(likely=("RBM",)), "MNIST", TITLES)
    assert not any("log p(x)" in heading for heading in found)
    assert measures(tables(), "MNIST", ["RBM"]) == []
    other = by_heading(tables(), "TFD", TITLES)
    assert list(other) == [PUBLISHED]
