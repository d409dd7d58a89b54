"""The chain of a GSN by hand, its noise, and chains of exact and of factorised denoisers."""

import math

import pytest
import torch
import torch.nn.functional as F

from deepgen.samplers.gibbs import bernoulli, block_gibbs
from deepgen.samplers.walkback import Noise, salt_and_pepper, walk

QUIET = Noise(input=0.0, hidden=0.0, draw=False)


def double(*rows):
    return torch.tensor(rows, dtype=torch.float64)


WEIGHTS = [double([1, -1], [0.5, 2]), double([0.3, -0.7], [0.9, 0.1])]
BIASES = [double(0.1, -0.1), double(0, 0.2), double(-0.3, 0.4)]


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def test_four_steps_without_noise_are_those_by_hand():
    x = double([1, 0])
    chain = walk(x, WEIGHTS, BIASES, QUIET, rng())
    logits = [next(chain) for _ in range(4)]
    expected = [
        (0.8213661670, 0.2597484376),
        (0.8010614221, 0.2934759615),
        (0.7837138157, 0.3355137551),
        (0.7611619760, 0.3988237855),
    ]
    for found, means in zip(logits, expected, strict=True):
        assert torch.sigmoid(found)[0].tolist() == pytest.approx(means, abs=1e-9)
    cost = sum(F.binary_cross_entropy_with_logits(found, x) for found in logits)
    assert cost.item() == pytest.approx(1.2504979575, abs=1e-9)


def test_chains_side_by_side_do_not_touch():
    x = double([1, 0], [0, 1])
    both = walk(x, WEIGHTS, BIASES, QUIET, rng())
    alone = walk(x[1:], WEIGHTS, BIASES, QUIET, rng())
    for _ in range(3):
        assert torch.allclose(next(both)[1:], next(alone))


def test_only_hidden_layers_above_the_first_are_noisy():
    """The second layer, which alone is noisy, reaches the pixels at the second step."""
    x = torch.ones(20_000, 2, dtype=torch.float64)
    chain = walk(x, WEIGHTS, BIASES, QUIET._replace(hidden=2.0), rng())
    assert next(chain).std(0).max() < 1e-12
    assert next(chain).std(0).min() > 0.1


def test_every_step_draws_the_pixels_and_corrupts_them():
    """One hidden layer has no memory, so that the noisy pixels are a chain of four states."""
    x = double([1, 0])
    states = double([0, 0], [0, 1], [1, 0], [1, 1])
    w, b, c = double([2, -1], [0.5, 3]), double(0.4, -0.2), double(0.1, -0.3)
    means = torch.sigmoid(b + torch.tanh(c + states @ w) @ w.T)

    def onto(p):
        return torch.stack([(p * s + (1 - p) * (1 - s)).prod(-1) for s in states], -1)

    corrupt = onto(0.8 * states + 0.2 * (1 - states))  # a pixel stays with probability 0.8
    noisy, step = onto(0.8 * x + 0.2 * (1 - x)), onto(means) @ corrupt
    chain = walk(x.expand(200_000, -1), [w], [b, c], Noise(0.4, 0.0, True), rng())
    for _ in range(3):
        gaps = torch.cdist(torch.sigmoid(next(chain)), means)
        assert gaps.min(1).values.max() < 1e-6
        found = torch.bincount(gaps.argmin(1), minlength=4) / len(gaps)
        assert found.tolist() == pytest.approx(noisy[0].tolist(), abs=0.005)
        noisy = noisy @ step


def test_the_noise_of_a_hidden_layer_is_before_and_after_its_activation():
    """The second layer's state, read off the pixel that it reaches at the second step."""
    w, u, a, sigma, n = 0.5, 0.1, 0.7, 2.0, 200_000
    weights, biases = [double([w]), double([u])], [double(0), double(0), double(a)]
    chain = walk(torch.ones(n, 1).double(), weights, biases, Noise(0.0, sigma, False), rng())
    first, logit = next(chain), next(chain)
    below = torch.sigmoid(first)  # the pixel's mean is the next input
    state = (torch.atanh(logit / w) - w * below) / u
    e = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    p = torch.softmax(-0.5 * e.square(), 0)
    before = torch.tanh(a + u * math.tanh(w) + sigma * e)
    mean = (p * before).sum().item()
    assert state.mean().item() == pytest.approx(mean, abs=0.02)
    spread = (p * (before - mean).square()).sum().item() + sigma**2
    assert state.var().item() == pytest.approx(spread, rel=0.02)


def test_salt_and_pepper_flips_a_fifth_of_binary_pixels():
    x = bernoulli(torch.full((500, 400), 0.3), rng())
    noisy = salt_and_pepper(x, 0.4, rng(2))
    assert ((noisy == 0) | (noisy == 1)).all()
    flipped = noisy != x
    for value in (0, 1):  # 60,000 pixels or more of each
        assert flipped[x == value].float().mean().item() == pytest.approx(0.2, abs=0.005)
    grey = torch.full((100, 100), 0.25)
    assert torch.equal(salt_and_pepper(grey, 0.0, rng()), grey)
    assert (salt_and_pepper(grey, 1.0, rng()) != grey).all()


# Two pixels, salt-and-pepper of 0.4: a pixel stays with probability 0.8
STATES = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
P = double(0.4, 0.1, 0.2, 0.3)


def posterior(noisy):
    """p(x | noisy) by Bayes' rule, [n, 4]."""
    kept = (noisy[:, None] == STATES).double()
    joint = P * (0.8 * kept + 0.2 * (1 - kept)).prod(2)
    return joint / joint.sum(1, keepdim=True)


def exact(noisy, generator):
    return STATES[torch.multinomial(posterior(noisy), 1, generator=generator)[:, 0]]


def factorised(noisy, generator):
    return bernoulli(posterior(noisy) @ STATES, generator)


@pytest.mark.parametrize(
    ("denoise", "stationary"),
    [
        (exact, P.tolist()),
        # Pixels that are drawn apart leave another distribution than the data's
        (factorised, [0.35239644, 0.14760356, 0.24969460, 0.25030540]),
    ],
)
def test_a_denoising_chain_has_the_datas_distribution_only_if_it_draws_pixels_together(
    denoise, stationary
):
    start = STATES.repeat(100_000, 1)
    x, _ = block_gibbs(
        start, lambda x, generator: salt_and_pepper(x, 0.4, generator), denoise, 40, rng()
    )
    found = torch.bincount((x @ double(2, 1)).long(), minlength=4) / len(x)
    assert found.tolist() == pytest.approx(stationary, abs=0.004)


def test_an_exact_denoiser_may_still_mix_slowly():
    """Ten states on a ring: the chain keeps their distribution, and forgets by 0.9263 a step."""
    p = double(1, 2, 3, 6, 5, 1, 1, 4, 7, 2) / 32
    eye = torch.eye(10, dtype=torch.float64)
    moves = 0.25 * eye.roll(-1, 1) + 0.5 * eye + 0.25 * eye.roll(1, 1)  # from row to column
    back = (p[:, None] * moves / (p @ moves)).T

    def drawn(table):
        return lambda state, generator: torch.multinomial(
            table[state], 1, generator=generator
        ).squeeze(1)

    start = torch.multinomial(p, 400_000, replacement=True, generator=rng())
    x, _ = block_gibbs(start, drawn(moves), drawn(back), 1, rng(2))
    counts = torch.zeros(10, 10, dtype=torch.float64)
    counts.index_put_((start, x), torch.ones(len(x), dtype=torch.float64), accumulate=True)
    step = counts / counts.sum(1, keepdim=True)
    assert (counts.sum(0) / len(x)).tolist() == pytest.approx(p.tolist(), abs=0.004)
    second = torch.linalg.eigvals(step).abs().sort(descending=True).values[1].item()
    assert second == pytest.approx(0.9263, abs=0.005)
