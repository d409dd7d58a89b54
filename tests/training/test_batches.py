"""Minibatches: a permutation an epoch, every example once, nothing dropped."""

import math

import pytest
import torch

from deepgen.data.spaces.pixels import Pixels
from deepgen.training.batches import Batches


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batches(n: int, size: int, seed: int = 0) -> Batches:
    """Image i is [i, i]; its label is i + 1000."""
    data = torch.arange(n, dtype=torch.uint8)[:, None].expand(n, 2).contiguous()
    return Batches(data, torch.arange(n) + 1000, size, Pixels({"name": "pixels"}), rng(seed))


def epoch(iterator: Batches) -> list:
    """The batches up to the end of a pass."""
    passes, found = iterator.passes, []
    while iterator.passes == passes:
        found.append(next(iterator))
    return found


def order(found) -> list[int]:
    return [round(v * 255) for batch in found for v in batch.y[:, 0].tolist()]


@pytest.mark.parametrize(
    ("n", "size", "sizes"),
    [(103, 25, [25, 25, 25, 25, 3]), (100, 25, [25] * 4), (7, 25, [7]), (5, 1, [1] * 5)],
)
def test_every_example_comes_exactly_once_an_epoch_and_the_last_batch_may_be_short(n, size, sizes):
    iterator = batches(n, size)
    for passes in range(1, 4):
        found = epoch(iterator)
        assert [len(batch.y) for batch in found] == sizes
        assert sorted(order(found)) == list(range(n))
        assert iterator.passes == passes


def test_every_epoch_has_an_order_of_its_own_that_depends_on_the_seed_alone():
    first, second, other = batches(200, 30, 1), batches(200, 30, 1), batches(200, 30, 2)
    one, two = order(epoch(first)), order(epoch(first))
    assert one != two
    assert one != list(range(200))
    torch.manual_seed(99)
    assert [order(epoch(second)), order(epoch(second))] == [one, two]
    assert order(epoch(other)) != one


def test_labels_and_log_determinants_travel_with_their_images():
    for batch in epoch(batches(60, 25)):
        assert torch.equal((batch.y[:, 0] * 255).round().long() + 1000, batch.labels)
        assert torch.allclose(batch.log_det, torch.tensor(-2 * math.log(255)))
        assert len(batch.log_det) == len(batch.y)


def test_a_set_without_labels_gives_none():
    data = torch.zeros(4, 2, dtype=torch.uint8)
    assert next(Batches(data, None, 2, Pixels({"name": "pixels"}), rng())).labels is None
