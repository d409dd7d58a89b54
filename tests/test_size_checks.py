"""Counts of images: refused together with what would fit, and defaults that give way."""

import copy

import pytest
import yaml

from deepgen.config import load_experiment
from deepgen.errors import DeepgenError

SMALL = {
    "name": "cats",
    "format": "image-folder",
    "size": [28, 28],
    "colour": "grey",
    "train": {"images": {"path": "mine", "sha256": "0" * 64}, "count": 300},
    "splits": {"valid": 40, "test": 60},
}  # 200 remain to train on


@pytest.fixture
def load(root, tmp_path):
    shipped = yaml.safe_load((root / "config/experiments/fashion-mnist.yaml").read_text())

    def put(block=SMALL, **other):
        path = tmp_path / "cats.yaml"
        path.write_text(yaml.safe_dump(copy.deepcopy(shipped | {"dataset": block} | other)))
        return load_experiment(path)

    return put


def test_defaults_give_way(load):
    found = load()
    assert found.parzen.sigma_examples == 40
    assert found.training.selection.sigma_examples == 20
    assert found.references.num_samples == 200
    assert found.references.kmeans_centroids == 100
    assert found.comparison.cells == 1


def test_defaults_that_fit_stay(load):
    sizes = {"train": {"images": SMALL["train"]["images"], "count": 30_000}, "splits": {}}
    found = load(SMALL | sizes)
    assert found.parzen.sigma_examples == found.training.selection.sigma_examples == 1000
    assert found.references.num_samples == found.references.kmeans_centroids == 10_000
    assert found.comparison.cells == 10


def test_a_default_gives_way_to_the_least_of_its_limits(load):
    few = {"train": {"images": SMALL["train"]["images"], "count": 30}}
    training = {"epochs": 2, "batch_size": 6, "optimiser": {"name": "adam"}}
    found = load(SMALL | few | {"splits": {"valid": 4, "test": 20}}, training=training)
    assert found.entry.known_sizes["train"] == 6
    assert found.comparison.cells == 1
    assert found.comparison.neighbours == 5


def test_what_is_said_is_refused_all_at_once_with_what_fits(load):
    training = {
        "epochs": 2,
        "batch_size": 201,
        "optimiser": {"name": "adam"},
        "selection": {"rule": "validation_parzen", "sigma_examples": 40},
    }
    with pytest.raises(DeepgenError) as caught:
        load(
            training=training,
            parzen={"sigma_examples": 41},
            references={"num_samples": 201, "kmeans_centroids": 999},
            comparison={"neighbours": 60, "cells": 4},
        )
    text = str(caught.value)
    assert "\n" not in text
    for said in (
        "training.batch_size is 201: must be at most 200, because cats has 200 training images",
        "training.selection.sigma_examples is 40: must be at most 39, because cats has 40 valid",
        "parzen.sigma_examples is 41: must be at most 40",
        "comparison.neighbours is 60: must be at most 59, because cats has 60 test images",
        "comparison.cells is 4: must be at most 3, because 60 held-out images",
        "references.num_samples is 201: must be at most 200",
        "references.kmeans_centroids is 999: must be at most 200",
    ):
        assert said in text


def test_a_split_in_which_nothing_fits_says_so(load):
    with pytest.raises(DeepgenError, match="nothing fits, because cats has 1 validation images"):
        load(SMALL | {"splits": {"valid": 1, "test": 60}})
    with pytest.raises(DeepgenError, match=r"must be at least 4, because .* 3 test images"):
        load(SMALL | {"splits": {"valid": 40, "test": 3}}, scores=["two_sample"])


def test_labelled_images_must_be_large_enough_for_the_classifier(load):
    small = SMALL | {"size": [7, 9]}
    load(small)
    with pytest.raises(DeepgenError, match="side of labelled images is 7: must be at least 8"):
        load(small | {"classes": True})


def test_the_sizes_of_a_registered_set_follow_from_its_rows(load, monkeypatch):
    from deepgen.data.registry import DATASETS

    bare = DATASETS["mnist"].model_copy(update={"sizes": {}})
    monkeypatch.setitem(DATASETS, "mnist", bare)
    with pytest.raises(
        DeepgenError, match=r"parzen.sigma_examples is 10001: must be at most 10000"
    ):
        load("mnist", parzen={"sigma_examples": 10_001})
