"""Shared fixtures: real MNIST, the paper's settings, and a training that takes a second."""

import copy
import gzip
from pathlib import Path

import numpy as np
import pytest
import torch

from deepgen.config import load_experiment
from deepgen.engine.slices import Train

ROOT = Path(__file__).parents[1]
BUNDLED = {
    "train": ("train-images-idx3-ubyte.gz", 16),
    "train_labels": ("train-labels-idx1-ubyte.gz", 8),
    "test": ("t10k-images-idx3-ubyte.gz", 16),
    "test_labels": ("t10k-labels-idx1-ubyte.gz", 8),
}


WHOLE = {"finished", "checkout", "cluster"}  # fixtures


def pytest_collection_modifyitems(items):
    for item in items:
        if WHOLE & set(item.fixturenames):
            item.add_marker(pytest.mark.whole)
    # Long files first, so that none is left over when the other cores are done
    faults = ROOT / "benchmarks"
    long = {i.path for i in items if i.get_closest_marker("whole") or faults in i.path.parents}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def mnist_bytes() -> dict[str, np.ndarray]:
    """The bundled files, read without deepgen: uint8, images [N, 784], labels [N]."""
    arrays = {}
    for name, (file, header) in BUNDLED.items():
        with gzip.open(ROOT / "data" / "bundled" / "mnist" / file) as stream:
            arrays[name] = np.frombuffer(stream.read(), np.uint8, offset=header)
    for name in ("train", "test"):
        arrays[name] = arrays[name].reshape(-1, 784)
    return arrays


@pytest.fixture(scope="session")
def mnist(mnist_bytes) -> dict[str, np.ndarray]:
    """Real images in [0, 1], float32 [N, 784]; the last 10,000 of `train` are for validation."""
    return {name: mnist_bytes[name].astype(np.float32) / 255 for name in ("train", "test")}


@pytest.fixture
def paper_settings() -> dict:
    """The resolved `config/experiments/mnist.yaml`."""
    path = ROOT / "config" / "experiments" / "mnist.yaml"
    return load_experiment(path).resolved()


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory, mnist_bytes) -> Path:
    """A prepared folder: 1,030 training and 300 validation images with labels, no test split."""
    folder = tmp_path_factory.mktemp("prepared")
    for split, part in {"train": slice(0, 1030), "valid": slice(50_000, 50_300)}.items():
        np.save(folder / f"{split}.npy", mnist_bytes["train"][part].reshape(-1, 28, 28, 1))
        np.save(folder / f"{split}_labels.npy", mnist_bytes["train_labels"][part])
    return folder


@pytest.fixture
def tiny_settings(paper_settings) -> dict:
    """The slice of `train` with small, lively networks; 11 updates an epoch, the last of 30."""
    settings = {
        key: copy.deepcopy(paper_settings[key])
        for key in Train.model_fields
        if key in paper_settings
    }
    settings["model"]["noise"]["size"] = 8
    first, _, last = settings["model"]["generator"]
    settings["model"]["generator"] = [first | {"units": 16}, last]
    maxout = settings["objective"]["discriminator"]["layers"][0]
    settings["objective"]["discriminator"] |= {
        "layers": [maxout | {"units": 8, "pieces": 3, "irange": 0.1}],
        "output_irange": 0.5,
    }
    training = settings["training"]
    training["epochs"] = 5
    training["optimiser"]["momentum"]["saturation_epoch"] = 3
    training["selection"] |= {"every": 2, "num_samples": 200, "sigma_examples": 100}
    training["previews"] = {"epochs": [1, 3], "draws": 4}
    return settings
