"""Chains that were interrupted go on with the same bits, and damaged files with none."""

import pytest
import torch

from deepgen.evaluation.likelihoods.normalised import schedule
from deepgen.families.rbm.model import RBM
from deepgen.samplers.annealed import log_weights
from deepgen.samplers.kept import Kept

BETAS = schedule([{"to": 1.0, "steps": 12}])
HOW = {"method": "annealed", "chains": 9, "betas": BETAS, "equilibrium": 4}


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


@pytest.fixture
def model():
    model = RBM(
        {"hidden": 4, "visible": "binary", "weight_scale": 1.0, "hidden_bias": 0.0,
         "marginals": True},
        (2, 3, 1),
    )  # fmt: skip
    rng = torch.Generator().manual_seed(0)
    model.initialise(torch.rand(50, 6, generator=rng).round(), rng)
    return model.requires_grad_(False)


def rng():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("killed_at", [1, 7, 11, 12, 15, 16, 17, 26])
def test_annealing_goes_on_with_the_same_bits_wherever_it_was_killed(
    model, tmp_path, monkeypatch, killed_at
):
    """Twice eleven moves between thirteen temperatures, and four of the model's own chain."""
    whole, after = rng(), rng()
    expected = model.normalise(None, whole, **HOW)
    draws, original = 0, torch.rand

    def draw(*args, **kwargs):
        nonlocal draws
        draws += 1  # two a move
        if draws == 2 * killed_at:
            raise Killed
        return original(*args, **kwargs)

    monkeypatch.setattr(torch, "rand", draw)
    first = rng()
    with pytest.raises(Killed):
        model.normalise(None, first, **HOW, kept=Kept(tmp_path, first, seconds=0))
    monkeypatch.undo()
    found = model.normalise(None, after, **HOW, kept=Kept(tmp_path, after, seconds=0))
    assert found == expected
    assert torch.equal(after.get_state(), whole.get_state())


def test_a_damaged_file_is_as_none(model, tmp_path):
    first = rng()
    expected = model.normalise(None, first, **HOW, kept=Kept(tmp_path, first, seconds=0))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-7])
    again = rng()
    assert model.normalise(None, again, **HOW, kept=Kept(tmp_path, again, seconds=0)) == expected


def test_without_a_folder_or_before_it_is_time_nothing_is_written(tmp_path):
    states = torch.zeros(3, 2)
    for kept in (Kept(), Kept(tmp_path, rng(), seconds=3600)):
        kept.save("x", states=states)
        assert kept.restore("x") is None
    assert not list(tmp_path.iterdir())
    log_weights(states, lambda v, beta: v.sum(1), lambda v, beta: v, [0, 1], kept, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]
