"""Splits by people: nobody is on two sides, the sizes fit, and the seed alone decides."""

from collections import Counter

import numpy as np
import pytest

from deepgen.data.splits import split_given, split_people

RULE = {"train_share": 0.8, "always_train_above": 50, "held_out": 300}


def make_people(seed=0):
    """Names as in LFW: most people have one image, few have many."""
    counts = np.random.default_rng(seed).zipf(2.0, 1500).clip(max=200)
    return [f"Person_{i:04d}" for i, count in enumerate(counts) for _ in range(count)]


PEOPLE = make_people()
ROWS = split_people(PEOPLE, seed=1, **RULE)


def shown(rows, people=PEOPLE):
    return {people[row] for row in rows}


def test_every_image_is_in_one_split():
    together = np.concatenate([ROWS["train"], ROWS["valid"], ROWS["test"]])
    assert sorted(together) == list(range(len(PEOPLE)))


def test_training_and_test_share_nobody():
    training = shown(ROWS["train"]) | shown(ROWS["valid"])
    assert training.isdisjoint(shown(ROWS["test"]))
    assert {name for name, count in Counter(PEOPLE).items() if count > 50} <= training
    share = (len(ROWS["train"]) + len(ROWS["valid"])) / len(PEOPLE)
    assert 0.8 <= share < 0.8 + 50 / len(PEOPLE)


def test_held_out_images_leave_everyone_one():
    assert len(ROWS["valid"]) == RULE["held_out"]
    assert shown(ROWS["valid"]) <= shown(ROWS["train"])


def test_more_cannot_be_held_out_than_leaves_everyone_one():
    rows = split_people(PEOPLE, seed=1, **RULE | {"held_out": 10**6})
    left = Counter(PEOPLE[row] for row in rows["train"])
    assert set(left.values()) == {1}
    assert left.keys() >= shown(rows["valid"])


def test_folds_partition_the_test_part_and_share_nobody():
    tests = [ROWS[f"fold-{k}/test"] for k in range(1, 6)]
    assert sorted(np.concatenate(tests)) == ROWS["test"].tolist()
    assert sum(len(shown(test)) for test in tests) == len(shown(ROWS["test"]))
    for k in range(1, 6):
        valid, test = ROWS[f"fold-{k}/valid"], ROWS[f"fold-{k}/test"]
        assert shown(valid).isdisjoint(shown(test))
        assert shown(valid) <= shown(ROWS["test"])
        assert len(test) / len(ROWS["test"]) == pytest.approx(0.2, abs=0.01)
        assert len(valid) / len(ROWS["test"]) == pytest.approx(0.1, abs=0.01)


def test_rows_are_sorted():
    assert all((np.diff(rows) > 0).all() for rows in ROWS.values())


def test_the_seed_decides_and_the_order_of_images_does_not():
    again = split_people(PEOPLE, seed=1, **RULE)
    other = split_people(PEOPLE, seed=2, **RULE)
    backwards = split_people(PEOPLE[::-1], seed=1, **RULE)
    for name, rows in ROWS.items():
        np.testing.assert_array_equal(rows, again[name])
        assert shown(rows) != shown(other[name])
        if name != "train" and name != "valid":
            assert shown(rows) == shown(backwards[name], PEOPLE[::-1])


def test_a_small_case_by_hand():
    people = ["Many"] * 3 + ["A", "B"]
    rows = split_people(people, seed=1, train_share=0.0, always_train_above=2, held_out=2)
    assert len(rows["valid"]) == 2
    assert sorted([*rows["train"], *rows["valid"]]) == [0, 1, 2]
    assert rows["test"].tolist() == [3, 4]


def test_a_set_that_gives_its_own_folds():
    folds = np.array([[0, 0], [1, 2], [2, 3], [3, 1], [2, 2]], np.uint8)
    rows = {name: row.tolist() for name, row in split_given(folds).items()}
    assert rows == {
        "train": [0],
        "valid": [2, 4],
        "test": [1, 3],
        "fold-1/valid": [2, 4],
        "fold-1/test": [3],
        "fold-2/valid": [1, 4],
        "fold-2/test": [2],
    }
