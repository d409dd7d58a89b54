"""`deepgen.load_model`, what the model can do, and `deepgen draw`."""

import math
from importlib import metadata

import numpy as np
import pytest
import torch
from PIL import Image

import deepgen
from deepgen.cli import main
from deepgen.errors import DeepgenError
from deepgen.families.loading import build_model, save_model
from deepgen.seeds import stream

SETTINGS = {
    "model": {
        "family": "gan",
        "noise": {"size": 5, "distribution": "uniform"},
        "generator": [{"kind": "sigmoid", "irange": 0.05, "bias": 0.0}],
    },
    "model_space": {"name": "pixels"},
    "score_space": {"name": "pixels"},
}


def saved(path, **changes):
    """A model file; the model's weights depend on nothing but its settings."""
    model = build_model(SETTINGS | changes, (4, 3, 1))
    model.initialise(None, stream(1, "model"))
    save_model(path, model, SETTINGS | changes, (4, 3, 1), {})
    return deepgen.load_model(path)


def test_a_file_is_enough_to_draw_images(tmp_path):
    loaded = saved(tmp_path / "m.safetensors")
    images = loaded.sample(6, seed=3)
    assert images.shape == (6, 4, 3, 1)
    assert images.dtype == np.float32
    assert np.array_equal(images, loaded.sample(6, seed=3))
    assert not np.array_equal(images, loaded.sample(6, seed=4))


def test_images_are_in_the_scoring_space(tmp_path):
    pixels = saved(tmp_path / "pixels.safetensors").sample(6, seed=3)
    normalised = saved(tmp_path / "other.safetensors", score_space={"name": "contrast-normalised"})
    images = normalised.sample(6, seed=3).reshape(6, -1)
    centred = pixels.reshape(6, -1) - pixels.reshape(6, -1).mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(images, 55 * centred / norms, atol=1e-3)
    levels = saved(tmp_path / "levels.safetensors", model_space={"name": "dequantised"})
    assert np.allclose(levels.sample(6, seed=3), (256 * pixels - 0.5) / 255, atol=1e-6)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True, None])
def test_a_seed_that_is_none_is_refused(tmp_path, seed):
    with pytest.raises(DeepgenError, match=r"seed is .*: give a whole number from 0 to 4294967295"):
        saved(tmp_path / "m.safetensors").sample(2, seed)


@pytest.mark.parametrize("n", [0, -1, 2.5, "2", True])
def test_a_count_that_is_none_is_refused(tmp_path, n):
    with pytest.raises(DeepgenError, match=r"n is .*: give a whole number from 1 "):
        saved(tmp_path / "m.safetensors").sample(n, 1)


def test_counts_of_numpy_are_whole_numbers(tmp_path):
    assert len(saved(tmp_path / "m.safetensors").sample(np.int64(2), np.uint8(1))) == 2


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DeepgenError, match="missing"):
        deepgen.load_model(tmp_path / "none.safetensors")


FLOW = {
    "model": {
        "family": "nice",
        "prior": "logistic",
        "couplings": [{"layers": 1, "units": 5}] * 2,
        "partition": "odd_even",
        "irange": 0.3,
        "scaling": True,
    },
    "score_space": {"name": "pixels"},
}


@pytest.mark.parametrize(
    "space",
    [
        {"name": "dequantised"},
        {"name": "whitened", "range": [-1.0, 1.0], "regularisation": 0.1},
    ],
)
def test_a_flow_says_how_likely_images_are(tmp_path, space):
    settings, shape = FLOW | {"model_space": space}, (2, 2, 1)
    network = build_model(settings, shape)
    train = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (50, 4), np.uint8))
    network.model_space.fit(train)
    network.initialise(train.float(), stream(1, "model"))
    save_model(tmp_path / "flow.safetensors", network, settings, shape, {})
    model = deepgen.load_model(tmp_path / "flow.safetensors")
    images = train[:7].numpy().reshape(7, *shape)
    found = model.log_prob(images, seed=3)
    assert (found.shape, found.dtype) == ((7,), np.float64)
    assert np.array_equal(found, model.log_prob(images.astype(float), seed=3))
    assert not np.array_equal(found, model.log_prob(images, seed=4))
    # Of the density on the scale of pixels in [0, 1], where a byte is as wide as 1/256
    rng = stream(3, "api likelihood")
    with torch.no_grad():
        y, log_det = network.model_space(train[:7], rng)
        expected = network.log_prob(y, rng).values + log_det + 4 * math.log(256)
    assert found == pytest.approx(expected.numpy(), rel=1e-5)


def test_what_has_no_likelihood_is_one_sentence(tmp_path):
    settings, shape = FLOW | {"model_space": {"name": "dequantised"}}, (2, 2, 1)
    network = build_model(settings, shape)
    network.initialise(torch.zeros(1, 4), stream(1, "model"))
    save_model(tmp_path / "flow.safetensors", network, settings, shape, {})
    model = deepgen.load_model(tmp_path / "flow.safetensors")
    images = np.zeros((3, *shape))
    for place, value, said in (
        ((1, 0, 0, 0), 256, "image 1, counted from 0, has the value 256, which is no byte"),
        ((2, 1, 1, 0), -1, "image 2, counted from 0, has the value -1"),
        ((0, 0, 1, 0), 0.5, "image 0, counted from 0, has the value 0.5"),
        ((0, 0, 1, 0), np.nan, "image 0, counted from 0, has the value nan"),
    ):
        wrong = images.copy()
        wrong[place] = value
        with pytest.raises(DeepgenError, match=said):
            model.log_prob(wrong)
    adversarial = saved(tmp_path / "m.safetensors")
    with pytest.raises(DeepgenError, match="the family gan has no log_prob"):
        adversarial.log_prob(images)
    with pytest.raises(DeepgenError, match=r"shape \[3, 4\] where \[n, 2, 2, 1\] is expected"):
        model.log_prob(images.reshape(3, 4))


def test_codes_are_decoded_as_samples_are(tmp_path):
    model = saved(tmp_path / "m.safetensors")
    z = model.prior(6, seed=3)
    assert (z.shape, z.dtype) == ((6, 5), np.float32)
    assert np.array_equal(z, model.prior(6, seed=3))
    assert not np.array_equal(z, model.prior(6, seed=4))
    images = model.decode(z)
    assert (images.shape, images.dtype) == ((6, 4, 3, 1), np.float32)
    with torch.no_grad():
        expected = model.network.decode(torch.from_numpy(z))
    assert np.array_equal(images.reshape(6, -1), expected.numpy())
    normalised = saved(tmp_path / "other.safetensors", score_space={"name": "contrast-normalised"})
    assert np.linalg.norm(normalised.decode(z).reshape(6, -1), axis=1) == pytest.approx(55)


def test_lines_between_codes_begin_and_end_with_their_images(tmp_path):
    model = saved(tmp_path / "m.safetensors")
    z = model.prior(4, seed=3)
    lines = model.interpolate(z[:2], z[2:], steps=5)
    assert lines.shape == (2, 5, 4, 3, 1)
    assert lines[:, 0] == pytest.approx(model.decode(z[:2]))
    assert lines[:, -1] == pytest.approx(model.decode(z[2:]))
    assert lines[:, 1] == pytest.approx(model.decode(0.75 * z[:2] + 0.25 * z[2:]), abs=1e-6)


def flow(path):
    settings, shape = FLOW | {"model_space": {"name": "dequantised"}}, (2, 2, 1)
    network = build_model(settings, shape)
    network.initialise(torch.zeros(1, 4), stream(1, "model"))
    save_model(path, network, settings, shape, {})
    return deepgen.load_model(path)


def test_a_flow_finds_the_codes_of_images_again(tmp_path):
    model = flow(tmp_path / "flow.safetensors")
    images = np.random.default_rng(1).integers(0, 256, (7, 2, 2, 1))
    z = model.encode(images)
    assert (z.shape, z.dtype) == ((7, 4), np.float32)
    assert np.abs(255 * model.decode(z) - images).max() < 0.01
    assert not np.allclose(z, z[:1])


def test_what_a_family_has_not_is_refused_with_what_it_has(tmp_path):
    adversarial = saved(tmp_path / "m.safetensors")
    with pytest.raises(DeepgenError, match="gan has no encode, only sample, prior, decode: load"):
        adversarial.encode(np.zeros((1, 4, 3, 1)))
    settings = SETTINGS | {"model": {"family": "mixture", "components": 2}}
    settings["model_space"] = {"name": "dequantised"}
    save_model(tmp_path / "x", build_model(settings, (4, 3, 1)), settings, (4, 3, 1), {})
    mixture = deepgen.load_model(tmp_path / "x")
    for ask in (
        lambda: mixture.prior(1, seed=1),
        lambda: mixture.decode(np.zeros((1, 5))),
        lambda: mixture.interpolate(np.zeros((1, 5)), np.zeros((1, 5))),
    ):
        with pytest.raises(DeepgenError, match=r"mixture has no \w+, only sample: load"):
            ask()


def test_wrong_codes_counts_and_seeds_are_one_sentence(tmp_path):
    model = saved(tmp_path / "m.safetensors")
    z = model.prior(3, seed=1)
    broken = z.copy()
    broken[1, 2] = np.nan
    for ask, said in (
        (lambda: model.decode(z[0]), r"codes have shape \[5\] where \[n, 5\] is expected"),
        (lambda: model.decode(z[:, :4]), r"codes have shape \[3, 4\] where \[n, 5\]"),
        (lambda: model.decode(broken), "codes hold NaN or infinity"),
        (lambda: model.interpolate(z[:1], z[1:]), "1 beginnings and 2 ends"),
        (lambda: model.interpolate(z, z, steps=1), "steps is 1: give a whole number from 2 to"),
        (lambda: model.sample(0, seed=1), "n is 0: give a whole number from 1 to"),
        (lambda: model.prior(2.5, seed=1), "n is 2.5: give a whole number"),
        (lambda: model.sample(1, seed=-1), "seed is -1: give a whole number from 0 to"),
        (lambda: model.sample(1, seed=2**32), "seed is 4294967296"),
    ):
        with pytest.raises(DeepgenError, match=said):
            ask()


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A checkout that has published a model, as the current folder's parent."""
    (tmp_path / "Snakefile").touch()
    (tmp_path / "config/experiments").mkdir(parents=True)
    path = tmp_path / "reports/paper/mnist/seed-1/selected.safetensors"
    path.parent.mkdir(parents=True)
    saved(path)
    (tmp_path / "examples").mkdir()
    monkeypatch.chdir(tmp_path / "examples")
    return tmp_path


def test_a_published_model_loads_by_its_name(clone):
    assert deepgen.model_names() == ["mnist", "paper/mnist"]
    for name in deepgen.model_names():
        model = deepgen.load_model(name)
        assert model.path.relative_to(clone).parts[0] == "reports"
        assert "gan, images [4, 3, 1]" in repr(model)
    with pytest.raises(DeepgenError, match="did you mean 'mnist'"):
        deepgen.load_model("mnits")


def test_a_file_of_this_name_comes_first(clone):
    (clone / "examples/mnist").write_bytes(b"no model")
    with pytest.raises(DeepgenError, match="mnist is not a safetensors file"):
        deepgen.load_model("mnist")


def test_the_version_is_the_installed_one():
    assert deepgen.__version__ == metadata.version("deepgen")


def test_the_command_line_draws_from_a_model_by_its_name(clone, capsys):
    for command in ("sample", "draw"):  # the first is also the stage, which takes only options
        words = [command, "mnist", "-n", "7", "--seed", "3"]
        assert main([*words, "--grid", "grid.png", "--out", f"{command}.npy"]) == 0
        assert capsys.readouterr().out.splitlines() == ["grid.png", f"{command}.npy"]
        found = np.load(f"{command}.npy")
        assert np.array_equal(found, deepgen.load_model("mnist").sample(7, seed=3))
    picture = np.asarray(Image.open("grid.png").convert("L")) / 255
    scale = round((picture.shape[1] - 40) / (3 * (3 + 2) + 2))  # three columns of images
    inside = picture[20:, 20:][scale * 2 + scale // 2 :: scale, scale * 2 + scale // 2 :: scale]
    assert inside[:4, :3] == pytest.approx(np.clip(found[0, ..., 0], 0, 1), abs=0.01)
    assert inside[6:10, 5:8] == pytest.approx(np.clip(found[4, ..., 0], 0, 1), abs=0.01)
    assert (inside[12:16, 5:8] == 1).all()  # the last row has one image


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["mnist"], 1, "deepgen sample: say where the images go: --grid PNG"),
        (["mnits", "--grid", "x.png"], 1, "did you mean 'mnist'"),
        (["mnist", "--grid", "x.jpg"], 2, "'x.jpg' does not end in .png or .pdf"),
        (["mnist", "--grid", "x.png", "-n", "0"], 2, "'0' is not a number of images from 1 to"),
        (["mnist", "--grid", "x.png", "--seed", "-1"], 2, "'-1' is not a seed"),
        (["mnist", "--grid", "Snakefile/x.png"], 1, "cannot use"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(clone, capsys, words, code, said):
    (clone / "examples/Snakefile").touch()
    try:
        found = main(["sample", *words])
    except SystemExit as left:
        found = left.code
    error = capsys.readouterr().err
    assert found == code
    assert said in error.splitlines()[-1]
    assert not list((clone / "examples").glob("x*"))
