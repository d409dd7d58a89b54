"""A person's own set as a whole: shape, number, copies, and how it is split."""

import numpy as np
import pytest

from deepgen.data.own_set import checked, such_as
from deepgen.data.part import Part
from deepgen.data.splits import split_drawn
from deepgen.errors import DeepgenError

IMAGES = np.arange(6 * 4 * 4, dtype=np.uint8).reshape(6, 4, 4, 1)


def own(**other):
    counts = {"train": 6}
    return {"shape": [4, 4, 1], "duplicates": "refuse", "counts": counts} | other


def refused(parts, settings):
    with pytest.raises(DeepgenError) as caught:
        checked(parts, settings)
    return str(caught.value)


def test_what_is_right_stays():
    part = Part(IMAGES)
    assert checked({"train": part}, own())["train"] is part


def test_another_size_colour_or_number_says_what_to_write():
    assert "write size: [4, 4]" in refused({"train": Part(IMAGES)}, own(shape=[8, 8, 1]))
    assert "write colour: grey" in refused({"train": Part(IMAGES)}, own(shape=[4, 4, 3]))
    assert "train.count: 6" in refused({"train": Part(IMAGES)}, own(counts={"train": 7}))


def test_copies_are_named_and_refused_also_between_parts():
    twice = IMAGES[[0, 1, 0]]
    parts = {"train": Part(twice, names=["a.png", "b.png", "c.png"])}
    assert "c.png is a.png" in refused(parts, own(counts={"train": 3}))
    parts = {"train": Part(IMAGES), "test": Part(IMAGES[:1])}
    text = refused(parts, own(counts={"train": 6, "test": 1}))
    assert "image 0 of test is image 0 of train" in text


def test_copies_can_be_dropped_with_their_labels():
    part = Part(IMAGES[[0, 1, 0, 2]], np.array([5, 6, 7, 8], np.uint8))
    kept = checked({"train": part}, own(duplicates="drop", counts={"train": 3}))["train"]
    assert kept.labels.tolist() == [5, 6, 8]
    np.testing.assert_array_equal(kept.images, IMAGES[:3])


def test_a_lot_puts_so_many_aside_and_the_seed_alone_decides():
    rows = split_drawn(50, None, 1, 7, 9)
    assert {name: len(found) for name, found in rows.items()} == {
        "test": 9,
        "valid": 7,
        "train": 34,
    }
    assert sorted(np.concatenate(list(rows.values()))) == list(range(50))
    again, other = split_drawn(50, None, 1, 7, 9), split_drawn(50, None, 2, 7, 9)
    assert rows["test"].tolist() == again["test"].tolist() != other["test"].tolist()
    assert rows["test"].tolist() != list(range(9))


def test_each_class_gives_its_share():
    labels = np.array([0] * 60 + [1] * 30 + [2] * 10)
    rows = split_drawn(100, labels, 1, 10, 20)
    assert np.bincount(labels[rows["test"]]).tolist() == [12, 6, 2]
    assert np.bincount(labels[rows["valid"]]).tolist() == [6, 3, 1]


def test_a_long_list_is_cut():
    assert such_as(list("abc"), 2) == "a, b and 1 more"
    assert such_as(list("ab"), 2) == "a, b"
