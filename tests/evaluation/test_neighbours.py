"""Nearest training images."""

import torch

from deepgen.evaluation import neighbours
from deepgen.evaluation.neighbours import nearest


def test_equals_a_direct_search_across_blocks(monkeypatch):
    monkeypatch.setattr(neighbours, "ROWS", 7)
    rng = torch.Generator().manual_seed(1)
    x, train = torch.rand(5, 6, generator=rng), torch.rand(30, 6, generator=rng)
    squared = ((x[:, None].double() - train.double()) ** 2).sum(2)
    index, distance = nearest(x, train)
    assert torch.equal(index, squared.argmin(1))
    assert torch.allclose(distance, squared.min(1).values)


def test_a_copied_image_is_found_at_distance_zero(mnist):
    train = torch.from_numpy(mnist["train"][:2000])
    index, distance = nearest(train[[1234, 5]], train)
    assert index.tolist() == [1234, 5]
    assert distance.tolist() == [0.0, 0.0]
