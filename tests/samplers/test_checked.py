"""Draws that no score could mean anything of."""

import pytest
import torch

from deepgen.data.coordinates import build_space
from deepgen.errors import DeepgenError
from deepgen.samplers.checked import draw_checked

SPACE = {"name": "pixels"}


class Constant(torch.nn.Module):
    """Draws one value."""

    def __init__(self, value):
        super().__init__()
        self.value, self.model_space = value, build_space(SPACE, (2, 2, 1))

    def sample(self, n, rng):
        return torch.full((n, 4), self.value)


def draws(value):
    return draw_checked(Constant(value), 3, torch.Generator(), build_space(SPACE))


@pytest.mark.parametrize("value", [torch.nan, torch.inf, 1e30])
def test_draws_without_a_distance_are_refused(value):
    with pytest.raises(DeepgenError, match="the model draws what no image is: sample 0"):
        draws(value)


def test_draws_far_outside_pixels_are_passed_on():
    assert (draws(-7e3) == -7e3).all()
