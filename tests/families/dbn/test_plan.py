"""What a network can begin with: one sentence for every experiment that does not fit."""

import pytest
import yaml

from deepgen.checks import with_defaults
from deepgen.config import load_config, load_experiment
from deepgen.errors import DeepgenError

TRAINING = {"epochs": 1, "selection": {"rule": "last"}}
FIRST = {
    "dataset": "mnist",
    "title": "First",
    "model_space": {"name": "binarised"},
    "model": {"family": "rbm", "hidden": 6},
    "objective": {"name": "contrastive_divergence"},
    "training": TRAINING,
    "likelihood": {"estimators": ["normalised"]},
}
SECOND = FIRST | {
    "title": "Second",
    "init_from": "first",
    "model": {"family": "dbn", "hidden": [6, 5]},
    "objective": {"name": "greedy_contrastive_divergence"},
}
THIRD = SECOND | {
    "title": "Third",
    "init_from": "second",
    "model": {"family": "dbn", "hidden": [6, 5, 4]},
}


def load(folder, last="second", **experiments):
    content = {"first": FIRST, "second": SECOND, "third": THIRD} | experiments
    (folder / "experiments").mkdir()
    for name, experiment in content.items():
        (folder / "experiments" / f"{name}.yaml").write_text(yaml.safe_dump(experiment))
    return load_config({"run": "trial", "experiments": [last]}, folder)


def test_machines_and_networks_begin_networks(tmp_path):
    config = load(tmp_path, "third")
    assert set(config.first_phases) == {"first", "second"}


@pytest.mark.parametrize(
    ("experiments", "said"),
    [
        ({"second": {k: v for k, v in SECOND.items() if k != "init_from"}}, "init_from is missing"),
        ({"first": FIRST | {"model": {"family": "rbm", "hidden": 7}}}, "has the hidden layers [7]"),
        ({"second": SECOND | {"init_from": "third"}, "third": THIRD | {"init_from": "other"},
          "other": SECOND},
         "init_from of second is 'third', which has the hidden layers [6, 5, 4], not [6]"),
        ({"first": FIRST | {"model_space": {"name": "dequantised"},
                            "model": {"family": "rbm", "hidden": 6, "visible": "gaussian"}}},
         "is in the model_space {'name': 'dequantised'"),
        ({"first": FIRST | {"model_space": {"name": "pixels"}, "scores": ["parzen"]},
          "second": SECOND | {"model_space": {"name": "pixels"}, "scores": ["parzen"],
                              "model": SECOND["model"] | {"visible": "gaussian"}}},
         "has binary visible units, not gaussian ones"),
        ({"second": SECOND | {"model": {"family": "dbn", "hidden": [6]}}}, "model.hidden is [6]"),
        ({"first": FIRST | {"model": {"family": "mixture"}, "objective": {"name": "em"},
                            "model_space": {"name": "dequantised"}, "scores": ["parzen"]},
          "second": SECOND | {"model_space": {"name": "dequantised"}, "scores": ["parzen"],
                              "model": SECOND["model"] | {"visible": "gaussian"}}},
         "is of the family mixture"),
        ({"first": SECOND | {"init_from": "second"}}, "in a circle"),
        ({"first": FIRST | {"likelihood": {"num_samples": 3}}},
         "likelihood.num_samples is for families with a bound, unlike rbm"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence(tmp_path, experiments, said):
    with pytest.raises(DeepgenError) as caught:
        load(tmp_path, **experiments)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_machine_does_not_begin_with_a_network(tmp_path):
    first = FIRST | {"init_from": "second", "title": "Other"}
    with pytest.raises(DeepgenError, match="cannot begin a model of the family rbm"):
        load(tmp_path, "other", other=first)


def test_the_draws_of_a_bound_are_settings(tmp_path):
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(SECOND))
    likelihood = {"num_samples": 3}
    for override, expected in (({}, 10), ({"likelihood": likelihood}, 3)):
        found = with_defaults(load_experiment(tmp_path / "x.yaml", {"x": override}, "the run"))
        assert found.resolved()["likelihood"]["num_samples"] == expected
