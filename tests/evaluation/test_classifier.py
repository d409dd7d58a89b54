"""The classifier whose features scores may use."""

import numpy as np
import pytest
import torch

from deepgen.errors import DeepgenError
from deepgen.evaluation import classifier
from deepgen.evaluation.classifier import check_fits, fit, load_classifier
from deepgen.tensors import write_tensors

SETTINGS = {"epochs": 2, "seed": 1, "batch_size": 50, "learning_rate": 0.002}
SHAPE = (9, 8, 3)
METADATA = {"shape": list(SHAPE), "classes": 6, "space": "pixels"}


def bars(n, seed=0):
    """Noisy images 9 x 8 x 3, flat in the order H, W, C: class c has channel c // 2 lit in its
    upper (even c) or left half (odd c)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(6, size=n)
    images = 0.3 * rng.standard_normal((n, *SHAPE))
    for image, label in zip(images, labels, strict=True):
        where = (slice(0, 4), slice(None)) if label % 2 == 0 else (slice(None), slice(0, 4))
        image[(*where, label // 2)] += 1.0
    return torch.from_numpy(images.reshape(n, -1)).float(), torch.from_numpy(labels)


@pytest.fixture(scope="module")
def trained():
    return fit(*bars(600), SHAPE, SETTINGS)


def accuracy(model, x, labels):
    return (model.predict(x) == labels).double().mean().item()


def test_learns_channels_and_places_of_unseen_images(trained):
    assert accuracy(trained, *bars(300, seed=1)) > 0.97


def test_learns_mnist_in_seconds(mnist_bytes, mnist):
    x, labels = torch.from_numpy(mnist["train"][:3000]), mnist_bytes["train_labels"][:3000]
    model = fit(x, torch.from_numpy(labels.astype(np.int64)), (28, 28, 1), SETTINGS)
    test = torch.from_numpy(mnist["test"][:1000])
    expected = torch.from_numpy(mnist_bytes["test_labels"][:1000].astype(np.int64))
    assert accuracy(model, test, expected) > 0.85


def test_features_are_what_the_prediction_is_made_of(trained, monkeypatch):
    x, _ = bars(100, seed=2)
    features = trained.features(x)
    assert features.shape == (100, 128)
    assert features.dtype == torch.float32
    assert not features.requires_grad
    assert torch.equal(trained.output(features).argmax(1), trained.predict(x))
    monkeypatch.setattr(classifier, "ROWS", 7)
    assert torch.allclose(trained.features(x), features, atol=1e-5)


def test_same_seed_same_bits_whatever_torch_drew_before(trained):
    torch.rand(3)
    again = fit(*bars(600), SHAPE, SETTINGS)
    other = fit(*bars(600), SHAPE, SETTINGS | {"seed": 2})
    for name, weight in trained.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])
    assert not torch.equal(trained.hidden.weight, other.hidden.weight)


def test_a_saved_classifier_has_the_same_features(trained, tmp_path):
    path = tmp_path / "classifier.safetensors"
    write_tensors(path, trained.state_dict(), METADATA)
    x, _ = bars(20)
    loaded = load_classifier(path)
    assert torch.equal(loaded.features(x), trained.features(x))
    assert (loaded.shape, loaded.space) == (SHAPE, "pixels")


@pytest.mark.parametrize("x", [torch.zeros(2, 215), torch.zeros(2, 432), torch.zeros(432)])
def test_images_of_another_size_are_refused(trained, x):
    """Two images of twice the size are not taken for four."""
    with pytest.raises(DeepgenError, match=r"takes images .* of 9 x 8 x 3, not"):
        trained.features(x)


@pytest.mark.parametrize(
    ("shape", "space"), [((8, 9, 3), "pixels"), ((9, 8, 1), "pixels"), (SHAPE, "another")]
)
def test_a_classifier_of_other_images_is_refused(trained, tmp_path, shape, space):
    path = tmp_path / "classifier.safetensors"
    write_tensors(path, trained.state_dict(), METADATA)
    loaded = load_classifier(path)
    check_fits(loaded, path, SHAPE, "pixels")
    with pytest.raises(DeepgenError, match="of 9 x 8 x 3 in the space pixels, but") as error:
        check_fits(loaded, path, shape, space)
    assert str(error.value).startswith(f"{path} is")
    assert "\n" not in str(error.value)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "classifier.safetensors"
    with pytest.raises(DeepgenError, match="is missing"):
        load_classifier(path)
    for metadata in ({"model": "gan"}, METADATA):
        write_tensors(path, {"weight": torch.zeros(2)}, metadata)
        with pytest.raises(DeepgenError, match="does not hold the classifier"):
            load_classifier(path)


def test_a_classifier_that_does_not_say_its_space_is_refused(trained, tmp_path):
    path = tmp_path / "classifier.safetensors"
    write_tensors(path, trained.state_dict(), {"shape": list(SHAPE), "classes": 6})
    with pytest.raises(DeepgenError, match=r"does not hold the classifier .*'space'"):
        load_classifier(path)
