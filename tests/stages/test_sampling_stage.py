"""Stage `sampling`, for families with chains and without: what is drawn, scored and noted."""

import json

import numpy as np
import pytest
import torch

from deepgen.engine.resolve import stage_settings
from deepgen.engine.ways import ways_of_drawing
from deepgen.evaluation.autocorrelation import autocorrelation
from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.sections import check_section
from deepgen.settings import Experiment
from deepgen.stages.sample import sample
from deepgen.stages.sampling import sampling
from deepgen.stages.score import score
from deepgen.stages.select_sigma import select_sigma
from deepgen.stages.train import train
from tests.families.gan.tiny import CASES as GAN
from tests.families.rbm.tiny import CASES as RBM
from tests.families.test_every_family import resolved

PARZEN = {
    "grid": {"start": 0.1, "stop": 1.0, "num": 5},
    "fine_range": [0.05, 2.0],
    "fine_tolerance": 0.05,
    "sigma_examples": 50,
}


def experiment(case, **sampler):
    content = resolved(case)
    if sampler:
        content["sampler"] |= sampler
    return check_section(Experiment, content, "the case")


@pytest.fixture(params=[GAN["adversarial"], RBM["CD"]], ids=["gan", "rbm"])
def made(request, tmp_path, tiny_data, mnist_bytes):
    """A folder with a model, its samples and prepared data, and the slice of the stage."""
    for name in ("train", "valid"):
        np.save(tmp_path / f"{name}.npy", np.load(tiny_data / f"{name}.npy"))
    np.save(tmp_path / "test.npy", mnist_bytes["test"][:80].reshape(-1, 28, 28, 1))
    settings = resolved(request.param, epochs=1)
    settings |= {"num_samples": 60, "parzen": PARZEN, "sampling": {"num_samples": 60}, "folds": 0}
    settings["ways"] = ways_of_drawing(check_section(Experiment, resolved(request.param), "x"))
    train(tmp_path, tmp_path, [tmp_path / "state"], settings, 1, "key", {}, device="cpu")
    return tmp_path, settings


def taken(made, **changed):
    folder, settings = made
    notes = sampling(
        folder / "selected.safetensors", folder, folder, settings | changed, 1, {}, "cpu"
    )
    return json.loads((folder / "sampling.json").read_text())["ways"], notes


def test_the_way_that_is_set_has_the_reported_score_and_samples(made):
    folder, settings = made
    sample(folder / "selected.safetensors", folder, settings, 1, {}, "cpu")
    select_sigma(folder / "samples.npy", folder, folder, settings, "cpu")
    own = settings | {"score": "parzen", "reads": ["test"], "folds": 0}
    score(folder / "samples.npy", folder, folder, own, "cpu", [folder / "sigma.json"])
    reported = json.loads((folder / "parzen.json").read_text())
    first = taken(made)[0][0]
    for estimator in (RELEASED_GRID, FINE_SIGMA):
        expected = reported[estimator] | {"grid_scores": []}
        assert first["parzen"][estimator] == expected
    samples = torch.from_numpy(np.load(folder / "samples.npy"))
    length = 20 if "sampler" in settings else 60
    assert first["autocorrelation"] == autocorrelation(samples, length)


def test_times_are_noted_and_the_file_is_the_same_again(made):
    found, notes = taken(made)
    first = (made[0] / "sampling.json").read_bytes()
    assert list(notes["ways"]) == [way["way"] for way in found]
    assert all(time["seconds"] > 0 for time in notes["ways"].values())
    assert b"seconds" not in first
    taken(made)
    assert (made[0] / "sampling.json").read_bytes() == first


def test_ways_differ_in_what_they_keep_of_the_same_chains(made):
    found, _ = taken(made)
    if "sampler" not in made[1]:
        assert [way["way"] for way in found] == ["independent draws"]
        return
    names = ["means, every 2 steps (as set)", "draws, every 2 steps", "means, every step"]
    names.append("means, every 2 steps, burn-in 1,000")
    assert [way["way"] for way in found] == names
    assert [way["sampler"]["thinning"] for way in found] == [2, 2, 1, 2]
    scores = [way["parzen"][FINE_SIGMA]["log_likelihood"] for way in found]
    assert len(set(scores)) == 4
    rhos = [way["autocorrelation"]["lags"]["1"]["rho"] for way in found]
    assert len(set(rhos)) == 4


@pytest.mark.parametrize(
    ("sampler", "names"),
    [
        (
            {"thinning": 1},
            [
                "means, every step (as set)",
                "draws, every step",
                "means, every 10 steps",
                "means, every step, burn-in 1,000",
            ],
        ),
        (
            {"output": "draws", "thinning": 1000},
            [
                "draws, every 1,000 steps (as set)",
                "means, every 1,000 steps",
                "draws, every step",
                "draws, every 1,000 steps, burn-in 1,000",
            ],
        ),
        (
            {"thinning": 1, "burn_in": 1000},
            ["means, every step (as set)", "draws, every step", "means, every 10 steps"],
        ),
    ],
)
def test_other_ways_are_those_that_the_setting_leaves(sampler, names):
    found = ways_of_drawing(experiment(RBM["CD"], **sampler))
    assert [way["way"] for way in found] == names
    lengths = {way["sampler"]["burn_in"] for way in found}
    assert lengths == ({1000} if sampler.get("burn_in") else {4, 1000})


def test_the_slice_has_the_ways_and_no_more_of_the_sampler():
    settings = stage_settings("sampling", experiment(RBM["CD"]))
    assert "sampler" not in settings
    assert len(settings["ways"]) == 4
    moved = stage_settings("sampling", experiment(RBM["CD"], burn_in=7))
    assert [key for key in settings if settings[key] != moved[key]] == ["ways"]
    content = resolved(GAN["adversarial"]) | {"sampling": {"thinning": 20}}
    thinner = stage_settings("sampling", check_section(Experiment, content, "the case"))
    assert thinner == stage_settings("sampling", experiment(GAN["adversarial"]))
    assert stage_settings("sampling", experiment(GAN["adversarial"]))["ways"] == [
        {"way": "independent draws"}
    ]
