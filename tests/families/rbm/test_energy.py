"""The machine against enumeration by hand: every state of three visible and two hidden units."""

import itertools
import math

import pytest
import torch

from deepgen.families.rbm import energy, settings
from deepgen.families.rbm.energy import Machine
from deepgen.samplers.annealed import log_partition, log_weights

W = [[1, -1], [0.5, 2], [-2, 0.25]]


def machine(w, b, c, gaussian):
    return Machine(*(torch.tensor(x, dtype=torch.float64) for x in (w, b, c)), gaussian)


MACHINE = machine(W, [0.1, -0.2, 0.3], [-0.5, 0.4], False)
GAUSSIAN = machine([[1, -0.5], [0.25, 0.75]], [0.5, -1], [-0.2, 0.1], True)
V = torch.tensor(list(itertools.product((0, 1), repeat=3)), dtype=torch.float64)
H = torch.tensor(list(itertools.product((0, 1), repeat=2)), dtype=torch.float64)
P = [0.0488276726, 0.0519431602, 0.2401318891, 0.2319217574,
     0.0552998343, 0.0379397893, 0.2074486989, 0.1264871981]  # fmt: skip
LOG_Z = 4.406550301409


def kernel(machine):
    """Probabilities of one step of the chain from every v to every v, [8, 8]."""

    def of(states, p):
        return torch.stack([(p * s + (1 - p) * (1 - s)).prod(1) for s in states], 1)

    return of(H, machine.hidden(V)) @ of(V, machine.visible(H))


def test_probabilities_of_every_state():
    assert MACHINE.log_z() == pytest.approx(LOG_Z, abs=1e-11)
    p = (-MACHINE.free_energy(V) - LOG_Z).exp()
    assert p.tolist() == pytest.approx(P, abs=1e-10)
    energy = -(V @ MACHINE.b)[:, None] - H @ MACHINE.c - V @ MACHINE.w @ H.T
    assert torch.allclose(MACHINE.free_energy(V), -torch.logsumexp(-energy, 1))


def test_the_chain_leaves_the_machine_as_it_is():
    step, p = kernel(MACHINE), torch.tensor(P, dtype=torch.float64)
    assert torch.allclose(p @ step, p, atol=1e-9)
    flow = p[:, None] * step  # detailed balance, which reverse annealing needs
    assert torch.allclose(flow, flow.T, atol=1e-9)
    values = torch.linalg.eigvals(step).abs().sort(descending=True).values
    assert values[1].item() == pytest.approx(0.2410185914, abs=1e-9)


@pytest.mark.parametrize(
    ("base", "mean"), [([0, 0, 0], 4.2711353325), ([0.5, 0.25, 0.75], 3.9153766534)]
)
def test_annealed_weights_are_exact_in_expectation(base, mean):
    """Over every start and every move of betas 0, 1/2, 1."""
    base = torch.tensor(base, dtype=torch.float64)
    base = torch.logit(base) if base.any() else base
    start = torch.softmax(MACHINE.tempered(0, base).log_p(V), 0)
    half = kernel(MACHINE.tempered(0.5, base))
    at_half = torch.softmax(MACHINE.tempered(0.5, base).log_p(V), 0)
    assert torch.allclose(at_half @ half, at_half, atol=1e-12)
    pairs = [(i, j) for i in range(8) for j in range(8)]
    first, second = (V[[pair[k] for pair in pairs]] for k in (0, 1))
    weights = log_weights(
        first,
        lambda v, beta: MACHINE.tempered(beta, base).log_p(v),
        lambda v, beta: second,
        [0, 0.5, 1],
    )
    p = torch.tensor([start[i] * half[i, j] for i, j in pairs])
    known = MACHINE.log_z_base(base)
    assert math.log((p * weights.exp()).sum()) + known == pytest.approx(LOG_Z, abs=1e-9)
    assert (p * weights).sum().item() + known == pytest.approx(mean, abs=1e-9)


def test_reverse_weights_are_exact_in_expectation():
    base = torch.tensor([0.3, -0.2, 0.5], dtype=torch.float64)
    half = kernel(MACHINE.tempered(0.5, base))
    # The chain is reversible, so a backward move has the same probabilities
    pairs = [(i, j) for i in range(8) for j in range(8)]
    first, second = (V[[pair[k] for pair in pairs]] for k in (0, 1))
    weights = log_weights(
        first,
        lambda v, beta: MACHINE.tempered(beta, base).log_p(v),
        lambda v, beta: second,
        [1, 0.5, 0],
    )
    p = torch.tensor([P[i] * half[i, j] for i, j in pairs])
    found = MACHINE.log_z_base(base) - math.log((p * weights.exp()).sum())
    assert found == pytest.approx(LOG_Z, abs=1e-9)


def test_large_weights_do_not_overflow():
    """A machine of PyDeep's tests that has learned the bars and stripes of four pixels."""
    w = [
        [0.12179488, 2.95950177, 0.33513356, 35.05380642],
        [0.20318085, -28.62372894, 26.52611278, 28.41793445],
        [-0.19105386, -28.58530584, -26.52747507, 28.78447320],
        [0.08953740, -59.82556859, -0.06665933, -27.71723459],
    ]
    b = [-19.24399659, -13.26258696, 13.25909850, 43.74408543]
    found = machine(w, b, [-0.11155958, 57.02097584, -0.13331758, -32.25991501], False)
    assert found.log_z() == pytest.approx(59.6749019652, abs=1e-9)
    images = [[0, 0, 0, 0]] * 2 + [[1, 1, 1, 1]] * 2
    images += [[0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 1, 0]]
    log_p = -found.free_energy(torch.tensor(images, dtype=torch.float64)) - found.log_z()
    assert log_p.mean().item() == pytest.approx(-1.7328699078, abs=1e-7)


def test_log_z_of_gaussian_units_is_that_of_quadrature():
    assert GAUSSIAN.log_z() == pytest.approx(3.2722761046, abs=1e-9)
    x = torch.linspace(-12, 12, 961, dtype=torch.float64)
    grid = torch.cartesian_prod(x, x)
    area = (x[1] - x[0]).item() ** 2
    found = torch.logsumexp(-GAUSSIAN.free_energy(grid), 0).item() + math.log(area)
    assert found == pytest.approx(GAUSSIAN.log_z(), abs=1e-9)
    base = torch.tensor([0.2, -0.4], dtype=torch.float64)
    at_base = torch.logsumexp(GAUSSIAN.tempered(0, base).log_p(grid), 0).item() + math.log(area)
    assert at_base == pytest.approx(GAUSSIAN.log_z_base(base), abs=1e-9)
    at_one = torch.logsumexp(GAUSSIAN.tempered(1, base).log_p(grid), 0).item() + math.log(area)
    assert at_one - GAUSSIAN.log_z_offset == pytest.approx(GAUSSIAN.log_z(), abs=1e-9)


def test_the_settings_know_the_limit():
    assert energy.FEW == settings.FEW


def test_either_side_may_be_enumerated_and_neither_if_both_are_large():
    turned = Machine(MACHINE.w.T, MACHINE.c, MACHINE.b, False)
    assert turned.log_z() == pytest.approx(LOG_Z, abs=1e-11)
    large = Machine(torch.zeros(30, 26), torch.zeros(30), torch.zeros(26), False)
    with pytest.raises(ValueError, match="26 units on the smaller side, at most 25"):
        large.log_z()


def test_intervals_shrink_with_more_chains_and_hold_the_estimate():
    widths = []
    for n in (100, 10_000):
        weights = torch.randn(n, generator=torch.Generator().manual_seed(n), dtype=torch.float64)
        for reverse in (False, True):
            found = log_partition(weights, 5.0, reverse)
            assert found.interval[0] < found.value < found.interval[1]
            # The mean of exp of a standard normal is exp(1/2)
            expected = 5 - 0.5 if reverse else 5 + 0.5
            assert found.interval[0] < expected < found.interval[1]
            assert found.direction == ("reverse" if reverse else "forward")
        widths.append(found.interval[1] - found.interval[0])
    assert 5 < widths[0] / widths[1] < 20
