"""Every stage with tensors that are not on the CPU: numpy may see none of them.

No GPU is needed: whatever is moved to the device becomes a tensor that refuses `.numpy()` until
`.cpu()` brings it back, as those on a GPU do.
"""

import numpy as np
import pytest
import torch

from deepgen.data.coordinates import to_score
from deepgen.samplers import draw as draw_module
from deepgen.samplers import interpolation
from deepgen.stages.classify import classify
from deepgen.stages.likelihood import likelihood
from deepgen.stages.parzen_spread import parzen_spread
from deepgen.stages.reference import reference
from deepgen.stages.sample import sample
from deepgen.stages.sampling import sampling
from deepgen.stages.score import score
from deepgen.stages.select_sigma import select_sigma
from deepgen.stages.study import study
from deepgen.stages.train import train
from tests.families.cae.tiny import CASES as CAE
from tests.families.gan.tiny import CASES as GAN
from tests.families.gsn.tiny import CASES as GSN
from tests.families.mixture.tiny import CASES as MIXTURE
from tests.families.rbm.tiny import CASES as RBM
from tests.families.test_every_family import resolved

GRID = {"start": 0.1, "stop": 1.0, "num": 3}
PARZEN = {"grid": GRID, "fine_range": [0.05, 2.0], "fine_tolerance": 0.1, "sigma_examples": 50}
COMPARISON = {"seed": 1, "num_samples": 60, "held_out": "test", "neighbours": 3, "cells": 2}
ANNEALED = {"method": "annealed", "chains": 5, "equilibrium": 2, "betas": [{"to": 1.0, "steps": 4}]}
SPACE = {"score_space": {"name": "pixels"}, "threads": 1}


class Away(torch.Tensor):
    """A tensor on another device, as far as numpy can tell."""

    def numpy(self, *arguments, **more):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def cpu(self, *arguments, **more):
        return self.as_subclass(torch.Tensor)


@pytest.fixture
def _away(monkeypatch):
    move = torch.Tensor.to

    def to(self, *arguments, **more):
        moved = move(self, *arguments, **more)
        goes = arguments and isinstance(arguments[0], torch.device)
        return moved.as_subclass(Away) if goes and type(self) is torch.Tensor else moved

    monkeypatch.setattr(torch.Tensor, "to", to)
    # Parameters cannot be of another kind, so what a model draws is sent away here
    for module in (draw_module, interpolation):
        monkeypatch.setattr(module, "to_score", lambda *a: to_score(*a).as_subclass(Away))


@pytest.fixture
def data(tmp_path, mnist_bytes):
    folder = tmp_path / "data"
    folder.mkdir()
    sizes = {"train": ("train", 300), "valid": ("train", 100), "test": ("test", 100)}
    for name, (part, n) in sizes.items():
        np.save(folder / f"{name}.npy", mnist_bytes[part][-n:].reshape(-1, 28, 28, 1))
        np.save(folder / f"{name}_labels.npy", mnist_bytes[f"{part}_labels"][-n:])
    return folder


@pytest.mark.usefixtures("_away")
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(GAN["adversarial"], id="gan"),
        pytest.param(MIXTURE["EM"], id="mixture"),
        pytest.param(RBM["centred"], id="rbm"),
        pytest.param(CAE["stacked"], id="cae"),
        pytest.param(GSN["two layers"], id="gsn"),
    ],
)
def test_models(case, data, tmp_path):
    settings = resolved(case, epochs=1) | {"num_samples": 60}
    train(data, tmp_path, [tmp_path / "state"], settings, 1, "key", {}, device="cpu")
    model = tmp_path / "selected.safetensors"
    sample(model, tmp_path, settings, 1, {}, "cpu")
    spread = {"parzen": PARZEN, "parzen_spread": {"redraws": 2, "resamples": 3}, "folds": 0}
    samples = tmp_path / "samples.npy"
    parzen_spread(model, samples, data, tmp_path, settings | spread, 1, {}, "cpu")
    own = {"sampler": settings["sampler"]} if "sampler" in settings else {}
    ways = {"sampling": {"num_samples": 60}, "ways": [{"way": "as set"} | own]}
    sampling(model, data, tmp_path, settings | spread | ways, 1, {}, "cpu")
    if "likelihood" in settings["scores"]:
        if "normalised" in settings["likelihood"]["estimators"]:
            settings["likelihood"]["partition"] = ANNEALED
        likelihood(model, data, tmp_path, settings, {}, "cpu", tmp_path / "states")
    elif case is GAN["adversarial"]:
        lines = {"study": "samplers.interpolation", "interpolation": settings["interpolation"]}
        study(tmp_path, settings | lines, "cpu", {}, model=model)


@pytest.mark.usefixtures("_away")
def test_samples(data, tmp_path):
    for name in ("constant-image", "training-images", "gaussian", "kmeans"):
        own = {"reference": name, "num_samples": 60, "seed": 1}
        own |= {"kmeans_centroids": 60, "kmeans_iterations": 2}
        reference(data, tmp_path, SPACE | own, "cpu")
    samples = tmp_path / "samples.npy"
    select_sigma(samples, data, tmp_path, SPACE | {"parzen": PARZEN}, "cpu")
    sigma = [tmp_path / "sigma.json"]
    own = {"score": "parzen", "reads": ["test"], "folds": 0}
    score(samples, data, tmp_path, SPACE | own, "cpu", sigma)
    spec = {"epochs": 1, "batch_size": 50, "learning_rate": 0.001, "seed": 1}
    classify(data, tmp_path, SPACE | {"classifier": spec}, "cpu")
    for name in ("two_sample", "precision_recall", "mmd", "data_copying"):
        own = {"score": name, "reads": ["test", "valid", "train"], "comparison": COMPARISON}
        own |= {"features": "classifier", "quantised": name == "two_sample"}
        score(samples, data, tmp_path, SPACE | own, "cpu", [], tmp_path)
    own = {"study": "evaluation.neighbours", "reads": ["train"], "fewest_samples": 20}
    study(tmp_path, SPACE | own, "cpu", samples=samples, data=data)


@pytest.mark.usefixtures("_away")
def test_the_fake_device_is_noticed(data):
    from deepgen.data.scoring import score_images

    images = score_images(data, "train", {"name": "pixels"}, torch.device("cpu"))
    with pytest.raises(TypeError, match="cuda"):
        images.numpy()
