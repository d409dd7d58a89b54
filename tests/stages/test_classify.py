"""Stage `classify`: files in, files out."""

import json
import math

import numpy as np
import pytest
import torch

from deepgen.data.scoring import score_images
from deepgen.errors import DeepgenError
from deepgen.evaluation.classifier import load_classifier
from deepgen.stages.classify import classify

SETTINGS = {
    "score_space": {"name": "pixels"},
    "threads": 1,
    "classifier": {"epochs": 1, "seed": 1, "batch_size": 50, "learning_rate": 0.003},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory, mnist_bytes):
    """A prepared folder with 2,000 training, 300 validation and 500 test images."""
    folder = tmp_path_factory.mktemp("labelled")
    for split, n in {"train": 2000, "test": 500}.items():
        np.save(folder / f"{split}.npy", mnist_bytes[split][:n].reshape(-1, 28, 28, 1))
        np.save(folder / f"{split}_labels.npy", mnist_bytes[f"{split}_labels"][:n])
    np.save(folder / "valid.npy", mnist_bytes["train"][2000:2300].reshape(-1, 28, 28, 1))
    return folder


def test_writes_a_classifier_and_its_test_accuracy(data, tmp_path, mnist_bytes):
    classify(data, tmp_path, SETTINGS, "cpu")
    result = json.loads((tmp_path / "classifier.json").read_text())
    model = load_classifier(tmp_path / "classifier.safetensors")
    test = score_images(data, "test", {"name": "pixels"}, torch.device("cpu"))
    right = (model.predict(test).numpy() == mnist_bytes["test_labels"][:500]).mean()
    assert right > 0.7
    assert (model.shape, model.space) == ((28, 28, 1), "pixels")
    for split, count in {"train": 2000, "valid": 300, "test": 500}.items():
        images = score_images(data, split, {"name": "pixels"}, torch.device("cpu"))
        features = np.load(tmp_path / f"{split}_features.npy")
        assert features.shape == (count, 128)
        assert np.array_equal(features, model.features(images))
    assert result == {
        "test_accuracy": pytest.approx(right),
        "standard_error": pytest.approx(math.sqrt(right * (1 - right) / 500)),
        "num_test_examples": 500,
        "epochs": 1,
    }


def test_a_rerun_gives_the_same_bytes(data, tmp_path):
    for name in ("a", "b"):
        classify(data, tmp_path / name, SETTINGS, "cpu")
    for file in ("classifier.safetensors", "classifier.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_set_without_labels_is_refused(data, tmp_path):
    for split in ("train", "test"):
        np.save(tmp_path / f"{split}.npy", np.load(data / f"{split}.npy")[:10])
    with pytest.raises(DeepgenError, match=r"has no train_labels\.npy"):
        classify(tmp_path, tmp_path / "out", SETTINGS, "cpu")
    assert not (tmp_path / "out").exists()


def test_tiny_images_are_refused(tmp_path):
    for split in ("train", "test"):
        np.save(tmp_path / f"{split}.npy", np.zeros((10, 7, 9, 1), np.uint8))
        np.save(tmp_path / f"{split}_labels.npy", np.zeros(10, np.uint8))
    with pytest.raises(DeepgenError, match="images of 7 x 9"):
        classify(tmp_path, tmp_path / "out", SETTINGS, "cpu")
