"""Trainings that cannot fit are refused before anything is allocated."""

import pytest

from deepgen.config import load_experiment
from deepgen.engine.memory import check_memory
from deepgen.engine.resolve import stage_settings
from deepgen.errors import DeepgenError

SHAPE = (28, 28, 1)


def settings(root, name):
    return stage_settings("train", load_experiment(root / f"config/experiments/{name}.yaml"))


def test_a_training_larger_than_the_machine_is_one_sentence(root):
    huge = settings(root, "mnist")
    huge["model"]["generator"][0]["units"] = 10**9
    with pytest.raises(DeepgenError, match=r"need [\d,]+ GB of memory, and this machine has") as e:
        check_memory(huge, SHAPE)
    assert "\n" not in str(e.value)


def test_parameters_and_gradients_are_counted(root):
    small = settings(root, "mnist")
    small["model"] |= {"noise": {"size": 10, "distribution": "uniform"}}
    small["model"]["generator"] = [{"kind": "sigmoid", "irange": 0.5, "bias": 0.0}]
    small["objective"]["discriminator"]["layers"] = [
        {"kind": "maxout", "units": 5, "pieces": 2, "irange": 0.005}
    ]
    generator = (10 + 1) * 784
    discriminator = (784 + 1) * 10 + 6
    needed = 2 * 4 * (generator + discriminator)
    check_memory(small, SHAPE, needed)
    with pytest.raises(DeepgenError):
        check_memory(small, SHAPE, needed - 1)


@pytest.mark.parametrize(
    "name", ["mnist", "cifar10-conv", "mnist-rbm", "mnist-dbn", "mnist-cae", "mnist-gsn",
             "mnist-nice", "mnist-mixture", "tfd-nice"]
)  # fmt: skip
def test_every_family_can_be_counted(root, name):
    shape = {"cifar10-conv": (32, 32, 3), "tfd-nice": (48, 48, 1)}.get(name, SHAPE)
    check_memory(settings(root, name), shape, 10**12)
