"""A few of the power cuts of the campaign."""

from .conftest import holds
from .power_loss import power_loss


def test_a_power_cut_leaves_no_part_and_the_same_command_makes_the_same_bits(folder):
    holds(power_loss(4, 1, folder), 4)
