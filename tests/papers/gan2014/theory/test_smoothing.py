"""Section 2: the gradient of a smoothed function comes to the function's own."""

import numpy as np
import pytest
import torch

from deepgen.papers.gan2014.theory.smoothing import gradient, smoothed_gradient

A = torch.tensor([1.3, -0.8], dtype=torch.float64)
X = torch.tensor([0.4, 0.9], dtype=torch.float64)


def wave(x):
    return torch.sin(x @ A)


@pytest.mark.parametrize("sigma", [0.01, 0.3, 1.0])
def test_a_wave_has_a_known_smoothed_gradient(sigma):
    # E sin(a (x + eps)) = exp(-sigma^2 |a|^2 / 2) sin(a x)
    expected = A * torch.cos(X @ A) * torch.exp(-(sigma**2) * (A @ A) / 2)
    assert torch.allclose(smoothed_gradient(wave, X, sigma), expected, atol=1e-9)


def test_the_error_falls_as_sigma_squared():
    def f(x):
        return torch.log1p(torch.exp(2 * torch.tanh(x[:, 0]) - x[:, 1])) + x.prod(dim=1) ** 2

    exact = gradient(f, X)
    sigmas = np.array([0.02, 0.04, 0.08, 0.16])
    errors = [(smoothed_gradient(f, X, s) - exact).norm().item() for s in sigmas]
    slopes = np.diff(np.log(errors)) / np.diff(np.log(sigmas))
    assert slopes == pytest.approx(2, abs=0.1)
    assert errors[0] < 1e-2


def test_quadrature_agrees_with_samples():
    noise = 0.2 * torch.randn(400_000, 2, generator=torch.manual_seed(1), dtype=torch.float64)
    noise = torch.cat((noise, -noise))
    sampled = (A * torch.cos((X + noise) @ A)[:, None]).mean(dim=0)
    assert torch.allclose(smoothed_gradient(wave, X, 0.2), sampled, atol=2e-3)


def test_a_linear_function_has_no_error():
    assert torch.allclose(smoothed_gradient(lambda x: x @ A, X, 0.5), A, atol=1e-12)
    assert torch.allclose(gradient(lambda x: x @ A, X), A)


def test_a_step_has_a_smoothed_gradient():
    # The gradient of the step is zero almost everywhere, that of its average is the noise's density
    zero = torch.zeros(1, dtype=torch.float64)
    smoothed = smoothed_gradient(lambda x: (x[:, 0] > 0).double(), zero, 0.5, nodes=200)
    assert smoothed.item() == pytest.approx(1 / (0.5 * np.sqrt(2 * np.pi)), rel=0.02)
