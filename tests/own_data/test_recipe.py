"""The training that `add-dataset` writes: so long that it takes minutes."""

from pathlib import Path

import pytest
import yaml

from deepgen.own_data.recipe import experiment_text
from deepgen.own_data.survey import Survey


@pytest.mark.parametrize(
    ("count", "side", "colour", "updates", "rate"),
    [
        (5000, 28, "grey", 5000, 0.2),
        (1000, 28, "grey", 3000, 0.2),
        (5000, 32, "grey", 3000, 0.1),
        (5000, 28, "rgb", 3000, 0.1),
        (60, 28, "luminance", 3000, 0.2),
    ],
)
def test_small_sets_and_large_images_train_shorter(count, side, colour, updates, rate):
    survey = Survey("image-folder", (side, side), colour, "exact", count, 0, "0" * 64)
    text = experiment_text("mine", "Mine", survey, {"images": Path("mine")})
    training = yaml.safe_load(text)["training"]
    each = -(-(count - 2 * max(20, count // 10)) // training["batch_size"])
    assert updates <= training["epochs"] * each < updates + each
    assert training["optimiser"]["learning_rate"] == rate
    assert f"{training['epochs'] * each:,} updates" in text
