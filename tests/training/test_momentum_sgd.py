"""Classical momentum with the learning rate inside the velocity."""

import numpy as np
import torch

from deepgen.training.momentum_sgd import MomentumSGD


def test_the_velocity_keeps_the_learning_rate_of_its_time():
    p = torch.tensor([1.0])
    optimiser = MomentumSGD([p])
    optimiser.step([torch.tensor([2.0])], 0.1, 0.5)  # v = -0.2
    assert torch.allclose(p, torch.tensor([0.8]))
    optimiser.step([torch.tensor([0.0])], 0.0, 0.5)  # v = -0.1, though the rate is 0 by now
    assert torch.allclose(p, torch.tensor([0.7]))
    optimiser.step([torch.tensor([-1.0])], 1.0, 0.7)  # v = -0.07 + 1
    assert torch.allclose(p, torch.tensor([1.63]))


def test_many_updates_equal_float64_in_every_parameter():
    rng = np.random.default_rng(0)
    shapes = [(3, 4), (5,)]
    parameters = [torch.from_numpy(rng.normal(size=s).astype(np.float32)) for s in shapes]
    p = [q.double().numpy().copy() for q in parameters]
    v = [np.zeros(s) for s in shapes]
    optimiser = MomentumSGD(parameters)
    for t in range(50):
        rate, mu = 0.1 / 1.05**t, 0.5 + 0.004 * t
        gradients = [rng.normal(size=s).astype(np.float32) for s in shapes]
        optimiser.step([torch.from_numpy(g) for g in gradients], rate, mu)
        for i, g in enumerate(gradients):
            v[i] = mu * v[i] - rate * g
            p[i] = p[i] + v[i]
    for found, expected in zip(parameters, p, strict=True):
        assert np.allclose(found.numpy(), expected, atol=1e-5)


def test_a_constant_rate_gives_the_trajectory_of_torch_sgd():
    start = torch.tensor([3.0, -2.0])
    ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
    optimiser, reference = MomentumSGD([ours]), torch.optim.SGD([theirs], lr=0.1, momentum=0.6)
    for _ in range(20):
        optimiser.step([2 * ours], 0.1, 0.6)
        theirs.grad = 2 * theirs.detach()
        reference.step()
    assert torch.allclose(ours, theirs.detach(), atol=1e-6)
    assert not torch.allclose(ours, start)
