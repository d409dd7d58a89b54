"""Models of finished trainings: what is no whole model is refused in one sentence."""

import pytest
import torch

from deepgen.errors import DeepgenError
from deepgen.families.trained import load_trained, load_whole
from deepgen.tensors import read_tensors, write_tensors

from .test_loading import CODE, SHAPE, model, path, settings  # noqa: F401  fixtures


@pytest.fixture
def spoilt(path):  # noqa: F811
    """The model file with changed weights and metadata, and the digest of these."""

    def spoil(change=lambda weight: weight, **metadata):
        tensors, said = read_tensors(path)
        name = next(iter(tensors))
        write_tensors(path, tensors | {name: change(tensors[name])}, said | metadata)
        return path, name

    return spoil


def nan(weight):
    weight = weight.clone()
    weight.view(-1)[0] = torch.nan
    return weight


def test_a_whole_model_loads(path, settings):  # noqa: F811
    assert load_whole(path)[1]["shape"] == list(SHAPE)
    load_trained(path, settings, CODE)


@pytest.mark.parametrize(
    "kind", [torch.bool, torch.int8, torch.complex64, torch.float64, torch.bfloat16]
)
def test_weights_of_another_type_are_not_converted(spoilt, kind):
    path, name = spoilt(lambda weight: weight.to(kind))  # noqa: F811
    with pytest.raises(DeepgenError, match=f"{name} is {kind} where torch.float32 belongs"):
        load_whole(path)


@pytest.mark.parametrize("change", [nan, lambda w: torch.full_like(w, torch.inf)])
def test_weights_that_are_not_finite_are_refused(spoilt, change, settings):  # noqa: F811
    path, name = spoilt(change)  # noqa: F811
    with pytest.raises(DeepgenError, match=f"{name} has values that are not finite"):
        load_trained(path, settings, CODE)


@pytest.mark.parametrize("code", [[1], "x", {"a": 1}, {"a": [1]}, 3])
def test_code_that_is_none_is_one_sentence(spoilt, settings, code):  # noqa: F811
    path, _ = spoilt(code=code)  # noqa: F811
    with pytest.raises(DeepgenError, match="is no model file of deepgen: code"):
        load_trained(path, settings, CODE)


def test_a_sampler_that_is_none_is_one_sentence(spoilt):
    path, _ = spoilt(sampler=[1])  # noqa: F811
    with pytest.raises(DeepgenError, match="is no model file of deepgen: sampler"):
        load_whole(path)
