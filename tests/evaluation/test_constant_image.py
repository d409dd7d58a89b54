"""Whether a model beats one constant image: paired errors, folds, and numbers that are none."""

import numpy as np
import pytest

from deepgen.evaluation.constant_image import margin, untrained


def test_the_error_is_paired():
    """Images differ by hundreds of nats, the two scores of one image by few."""
    rng = np.random.default_rng(0)
    constant = rng.normal(0.0, 300.0, 2000)
    model = constant + rng.normal(1.0, 5.0, 2000)
    difference, error = margin(model, constant, [])
    assert difference == pytest.approx(1.0, abs=0.5)
    assert error == pytest.approx(5.0 / 2000**0.5, rel=0.1)
    assert not untrained(model, constant, [])
    assert untrained(rng.permutation(model), constant, [])


def test_folds_give_the_error_over_their_means():
    model, constant = np.array([1.0, 3.0, 5.0, 10.0, 12.0]), np.zeros(5)
    difference, error = margin(model, constant, [3, 2])
    assert difference == pytest.approx((3.0 + 11.0) / 2)
    assert error == pytest.approx(np.std([3.0, 11.0], ddof=1) / 2**0.5)
    assert untrained(model, constant, [3, 2])
    assert not untrained(model, constant, [])


@pytest.mark.parametrize("value", [0.0, np.nan, -np.inf])
def test_what_is_the_constant_image_or_no_number_is_untrained(value):
    with np.errstate(invalid="ignore"):
        assert untrained(np.full(10, value), np.zeros(10), [])


def test_scores_of_other_images_do_not_compare():
    with pytest.raises(ValueError, match="do not compare"):
        margin(np.zeros(3), np.zeros(4), [])
    with pytest.raises(ValueError, match="do not compare"):
        margin(np.zeros(3), np.zeros(3), [1, 1])
