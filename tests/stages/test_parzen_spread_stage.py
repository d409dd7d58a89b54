"""Stage `parzen-spread`, for every family: the reported score, and errors that a seed fixes."""

import json

import numpy as np
import pytest

from deepgen.errors import DeepgenError
from deepgen.evaluation.estimators import FINE_SIGMA
from deepgen.stages.parzen_spread import parzen_spread
from deepgen.stages.sample import sample
from deepgen.stages.score import score
from deepgen.stages.select_sigma import select_sigma
from deepgen.stages.train import train
from tests.families.gan.tiny import CASES as GAN
from tests.families.mixture.tiny import CASES as MIXTURE
from tests.families.test_every_family import resolved

PARZEN = {
    "grid": {"start": 0.1, "stop": 1.0, "num": 5},
    "fine_range": [0.05, 2.0],
    "fine_tolerance": 0.05,
    "sigma_examples": 50,
}


@pytest.fixture(params=[GAN["adversarial"], MIXTURE["EM"]], ids=["gan", "mixture"])
def made(request, tmp_path, tiny_data, mnist_bytes):
    """A folder with a model, its samples and prepared data with two folds, and the settings."""
    for name in ("train", "valid"):
        np.save(tmp_path / f"{name}.npy", np.load(tiny_data / f"{name}.npy"))
    for k in (1, 2):
        (tmp_path / f"fold-{k}").mkdir()
        for i, split in enumerate(("valid", "test")):
            images = mnist_bytes["test"][200 * k + 100 * i :][:80]
            np.save(tmp_path / f"fold-{k}" / f"{split}.npy", images.reshape(-1, 28, 28, 1))
    settings = resolved(request.param, epochs=1) | {"num_samples": 60, "parzen": PARZEN}
    settings |= {"parzen_spread": {"redraws": 2, "resamples": 20}, "folds": 2}
    train(tmp_path, tmp_path, [tmp_path / "state"], settings, 1, "key", {}, device="cpu")
    sample(tmp_path / "selected.safetensors", tmp_path, settings, 1, {}, "cpu")
    return tmp_path, settings


def taken(made, name="again", seed=1, **changed):
    folder, settings = made
    out = folder / name
    out.mkdir(exist_ok=True)
    files = folder / "selected.safetensors", folder / "samples.npy", folder
    parzen_spread(*files, out, settings | changed, seed, {}, "cpu")
    return (out / "parzen_spread.json").read_text()


def test_the_first_score_is_the_reported_one(made):
    folder, settings = made
    sigmas = []
    for k in (1, 2):
        select_sigma(folder / "samples.npy", folder / f"fold-{k}", folder / f"fold-{k}", settings,
                     "cpu")  # fmt: skip
        sigmas.append(folder / f"fold-{k}" / "sigma.json")
    own = settings | {"score": "parzen", "reads": ["test"]}
    score(folder / "samples.npy", folder, folder, own, "cpu", sigmas)
    reported = json.loads((folder / "parzen.json").read_text())
    found = json.loads(taken(made))
    assert found.keys() == reported.keys()
    for estimator, result in found.items():
        shared = result.keys() & reported[estimator].keys()
        assert {"log_likelihood", "standard_error", "sigma", "num_test_examples"} <= shared
        assert {k: result[k] for k in shared} == {k: reported[estimator][k] for k in shared}


def test_errors_follow_from_the_seed_and_other_noise_than_the_reported_samples(made):
    first = taken(made)
    assert taken(made, "b") == first
    redrawn = json.loads(first)[FINE_SIGMA]["redrawn"]["log_likelihood"]
    assert len(set(redrawn)) == 3
    other = json.loads(taken(made, "c", seed=2))[FINE_SIGMA]
    assert not set(other["redrawn"]["log_likelihood"][1:]) & set(redrawn)
    assert other["resampled"] != json.loads(first)[FINE_SIGMA]["resampled"]


def test_a_model_of_another_experiment_is_refused(made):
    with pytest.raises(DeepgenError, match="another experiment"):
        taken(made, model=made[1]["model"] | {"other": 1})
