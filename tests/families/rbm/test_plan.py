"""Settings of a machine that cannot be: one sentence each, before anything runs."""

from pathlib import Path

import pytest

from deepgen.checks import check_experiment, with_defaults
from deepgen.config import load_experiment
from deepgen.errors import DeepgenError

FILE = Path(__file__).parents[3] / "config" / "experiments" / "mnist-rbm.yaml"


def load(**changes):
    return load_experiment(FILE, {FILE.stem: changes}, "the run")


def test_it_has_both_directions_of_annealing_and_csl_unless_told():
    found = with_defaults(load()).likelihood
    assert found.estimators == ["normalised", "csl"]
    assert (found.partition.method, found.partition.betas[-1].to) == ("annealed", 1.0)
    assert found.csl.num_samples == 10_000


def test_log_z_is_exact_where_one_side_is_small_unless_told():
    small = with_defaults(load(model={"hidden": 25})).likelihood
    assert small.partition.method == "enumerated"
    told = {"partition": {"method": "annealed"}}
    found = with_defaults(load(model={"hidden": 25}, likelihood=told)).likelihood
    assert found.partition.method == "annealed"


def test_it_shows_its_chains():
    assert "chain" in with_defaults(load()).figures
    with pytest.raises(DeepgenError, match="'chain', which needs a family with chains, unlike gan"):
        load_experiment(FILE.with_name("mnist.yaml"), {"mnist": {"figures": ["chain"]}}, "run")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": {"visible": "gaussian"}},
         "model.visible is 'gaussian', which cannot be in the model_space 'binarised': set "
         "visible: binary, or model_space: {name: standardised}"),
        ({"model_space": {"name": "dequantised"}},
         "model.visible is 'binary', which cannot be in the model_space 'dequantised'"),
        ({"model_space": {"name": "standardised"}},
         "model.visible is 'binary', which cannot be in the model_space 'standardised'"),
        ({"likelihood": {"partition": {"method": "enumerated"}}},
         "likelihood.partition.method is 'enumerated', but no side has at most 25 units to sum "
         "over (the smaller one 500): set method: annealed"),
        ({"likelihood": {"partition": {"betas": [{"to": 0.5, "steps": 5}]}}},
         "betas must rise to 1"),
        ({"likelihood": {"partition": {"betas": [{"to": 1.0, "steps": 5}] * 2}}},
         "betas must rise to 1"),
        ({"likelihood": {"estimators": ["direct"]}},
         "likelihood.estimators[0] is 'direct', which needs a family with log_prob, unlike rbm"),
        ({"sampler": {"burn_in": -1}},
         "sampler.burn_in is -1: must be greater than or equal to 0"),
        ({"sampler": {"thinning": 0}}, "sampler.thinning is 0: must be greater than 0"),
        ({"sampler": {"step": 1}}, "unknown key sampler.step"),
        ({"sampler": {"burnin": 1}}, "unknown key sampler.burnin; did you mean sampler.burn_in?"),
        ({"likelihood": {"estimators": ["csl"], "partition": {"chains": 5}}},
         "likelihood.partition is for the estimator normalised, which is not among csl"),
        ({"likelihood": {"estimators": ["normalised"], "csl": {"num_samples": 5}}},
         "likelihood.csl is for the estimator csl, which is not among normalised"),
        ({"model": {"family": "rbm", "visible": "gaussian"},
          "model_space": {"name": "dequantised"}, "likelihood": {"estimators": ["csl"]}},
         "needs a family with bits, unlike rbm with these settings"),
        ({"dataset": "lfw", "model_space": {"name": "pixels"},
          "likelihood": {"estimators": ["csl"]}, "scores": ["likelihood"]},
         "scores has likelihood, but grey values of lfw are no probabilities of white"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(changes, said):
    with pytest.raises(DeepgenError) as caught:
        check_experiment(load(**changes), "the run")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_few_units_may_be_enumerated():
    changes = {"model": {"hidden": 20}, "likelihood": {"partition": {"method": "enumerated"}}}
    check_experiment(load(**changes), "the run")


def test_probabilities_of_white_are_scored_as_bits():
    found = with_defaults(load(model_space={"name": "pixels"}))
    assert "likelihood" in found.scores
    assert found.likelihood.estimators == ["normalised", "csl"]
    gaussian = with_defaults(load(model_space={"name": "pixels"}, model={"visible": "gaussian"}))
    assert "likelihood" not in gaussian.scores
