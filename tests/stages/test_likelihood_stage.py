"""Stage `likelihood`: what it writes, and what it refuses."""

import json
from functools import partial

import numpy as np
import pytest
import torch

from deepgen.data.spaces.binarised import Binarised
from deepgen.errors import DeepgenError
from deepgen.samplers.kept import Kept
from deepgen.stages.likelihood import likelihood
from deepgen.stages.train import train
from tests.families.mixture.tiny import CASES
from tests.families.rbm.tiny import CASES as RBM
from tests.families.test_every_family import resolved


def trained(case, tmp_path, tiny_data, mnist_bytes):
    """A model fitted to a few digits, a prepared folder with a test split, and its settings."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train", "valid"):
        np.save(data / f"{name}.npy", np.load(tiny_data / f"{name}.npy"))
    np.save(data / "test.npy", mnist_bytes["test"][:200].reshape(-1, 28, 28, 1))
    settings = resolved(case, epochs=1)
    train(data, tmp_path, [tmp_path / "state"], settings, 1, "key", {}, device="cpu")
    return tmp_path / "selected.safetensors", data, settings


@pytest.fixture
def mixture(tmp_path, tiny_data, mnist_bytes):
    return trained(CASES["EM"], tmp_path, tiny_data, mnist_bytes)


@pytest.fixture
def machine(tmp_path, tiny_data, mnist_bytes):
    """Whose log Z is annealed in forty steps each way."""
    model, data, settings = trained(RBM["CD"], tmp_path, tiny_data, mnist_bytes)
    partition = {"method": "annealed", "chains": 20, "betas": [{"to": 1.0, "steps": 40}]}
    own = {"estimators": ["normalised", "csl"], "draws": 1, "seed": 1, "csl": {"num_samples": 50}}
    own["partition"] = partition | {"equilibrium": 5}
    return model, data, settings | {"likelihood": own}


def taken(mixture, out, **changed):
    model, data, settings = mixture
    likelihood(model, data, out, settings | changed, {}, "cpu")
    return np.load(out / "loglik.npy"), json.loads((out / "likelihood.json").read_text())["direct"]


def test_every_image_and_the_mean_are_written(mixture, tmp_path):
    values, found = taken(mixture, tmp_path / "out")
    assert values.shape == (200,)
    assert values.dtype == np.float64
    assert found["log_likelihood"] == pytest.approx(values.mean())
    assert found["standard_error"] == pytest.approx(values.std() / 200**0.5)
    assert (found["kind"], found["unit"], found["num_test_examples"]) == ("exact", "nats", 200)
    bits = 8 - found["log_likelihood"] / (784 * np.log(2))
    assert found["bits_per_dimension"] == pytest.approx(bits)


def test_a_mixture_beats_one_broad_gaussian(mixture, tmp_path):
    _, data, _ = mixture
    values, _ = taken(mixture, tmp_path / "out")
    train_images = np.load(data / "train.npy").reshape(-1, 784) / 256
    broad = -0.5 * 784 * (np.log(2 * np.pi * train_images.var()) + 1)
    assert np.median(values) > broad + 500  # the mean is that of a few images with ink elsewhere


def test_more_draws_change_the_numbers_a_little(mixture, tmp_path):
    spec = {"estimators": ["direct"], "seed": 1}
    one, _ = taken(mixture, tmp_path / "a", likelihood=spec | {"draws": 1})
    again, _ = taken(mixture, tmp_path / "b", likelihood=spec | {"draws": 1})
    three, found = taken(mixture, tmp_path / "c", likelihood=spec | {"draws": 3})
    assert np.array_equal(one, again)
    assert found["spread_over_draws"] > 0
    assert abs(one.mean() - three.mean()) < 5


def test_another_model_is_refused(mixture, tmp_path):
    _, _, settings = mixture
    other = settings["model"] | {"components": 4}
    with pytest.raises(DeepgenError, match="another experiment"):
        taken(mixture, tmp_path / "out", model=other)


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


def test_of_a_machine_it_writes_both_directions_and_csl(machine, tmp_path):
    model, data, settings = machine
    likelihood(model, data, tmp_path / "out", settings, {}, "cpu")
    found = json.loads((tmp_path / "out/likelihood.json").read_text())
    assert {name: part["kind"] for name, part in found.items()} == {
        "forward": "estimate",
        "reverse": "estimate",
        "csl": "lower bound",
    }
    means = {name: part["log_likelihood"] for name, part in found.items()}
    assert np.load(tmp_path / "out/loglik.npy").mean() == pytest.approx(means["forward"])
    assert means["forward"] == pytest.approx(means["reverse"], abs=0.5)
    assert means["csl"] == pytest.approx(means["forward"], abs=2)


def test_estimators_and_schedules_are_asked_for_the_same_bits(machine, tmp_path, monkeypatch):
    model, data, settings = machine
    seen = []
    original = Binarised.forward

    def forward(self, x, rng=None):
        seen.append(original(self, x, rng))
        return seen[-1]

    monkeypatch.setattr(Binarised, "forward", forward)
    likelihood(model, data, tmp_path / "a", settings, {}, "cpu")
    settings["likelihood"]["partition"]["chains"] = 7
    likelihood(model, data, tmp_path / "b", settings, {}, "cpu")
    assert len(seen) == 4
    assert all(torch.equal(y, seen[0][0]) for y, _ in seen)


def test_a_killed_job_goes_on_where_its_chains_were(machine, tmp_path, monkeypatch):
    model, data, settings = machine
    monkeypatch.setattr("deepgen.stages.likelihood.Kept", partial(Kept, seconds=0))
    original, draws = torch.rand, [0]

    def run(name, states, kill_at=None):
        def draw(*args, **kwargs):
            draws[0] += 1
            if draws[0] == kill_at:
                raise Killed
            return original(*args, **kwargs)

        draws[0] = 0
        monkeypatch.setattr(torch, "rand", draw)
        likelihood(model, data, tmp_path / name, settings, {}, "cpu", states)

    run("whole", None)
    all_draws, states = draws[0], tmp_path / "states"
    with pytest.raises(Killed):
        run("killed", states, kill_at=100)
    assert not (tmp_path / "killed").exists()
    run("killed", states)
    assert draws[0] < all_draws - 80  # it went on, and did not begin again
    assert not states.exists()
    for name in ("loglik.npy", "likelihood.json"):
        whole, again = ((tmp_path / run / name).read_bytes() for run in ("whole", "killed"))
        assert whole == again
