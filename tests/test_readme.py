"""The README's numbers are those of the published tables."""

import shutil

import pandas as pd
import pytest

from deepgen.errors import DeepgenError
from deepgen.readme import BLOCK, BLOCKS, PAGE, files

PIXELS = {"dataset": "MNIST", "space": "pixels", "standard_error_over": "examples", "untrained": ""}
FILES = "mnist/seed-1/selected/parzen.json;mnist/seed-2/selected/parzen.json"
OURS = {"model": "Adversarial nets", "origin": "measured", "selection": "selected", "num_seeds": 2}
OURS |= {"source": FILES}


def parzen(**row):
    return PIXELS | {"selection": "", "num_seeds": 1, "source": ""} | row


ROWS = [
    parzen(model="DBN", origin="published", log_likelihood=138, standard_error=2),
    parzen(model="Adversarial nets", origin="published", log_likelihood=225, standard_error=2),
    parzen(**OURS, log_likelihood=178.1, standard_error=1.7, estimator="parzen, fine sigma"),
    parzen(**OURS, log_likelihood=178.1, standard_error=2.5, estimator="parzen, fine sigma"),
    parzen(
        model="one constant image",
        origin="measured",
        log_likelihood=-55.8,
        standard_error=1.1,
        estimator="parzen, fine sigma",
    ),
]
FLOW = {
    "model": "NICE, 60 epochs (ours)",
    "dataset": "MNIST",
    "kind": "exact",
    "selection": "selected",
    "log_likelihood": 1913.7,
    "standard_error": 5.6,
    "bits_per_dimension": 4.4785,
    "num_seeds": 1,
    "source": "mnist-nice-short/seed-1/selected/likelihood.json",
}


@pytest.fixture
def checkout(tmp_path, root):
    """A README that asks for numbers, and the tables that they come from."""
    shutil.copytree(root / "config/experiments", tmp_path / "config/experiments")
    tables = tmp_path / "reports/paper/tables"
    tables.mkdir(parents=True)
    pd.DataFrame(ROWS).to_csv(tables / "parzen.csv", index=False)
    pd.DataFrame([FLOW]).to_csv(tables / "likelihoods.csv", index=False)
    pd.DataFrame({"processor_hours": [0.5, 1.75]}).to_csv(tables / "costs.csv", index=False)
    runs = {"experiment": ["mnist", "mnist", "mnist-nice-short"], "epochs": [100, 110, 60]}
    pd.DataFrame(runs).to_csv(tables.parent / "runs.csv", index=False)
    return tmp_path


def told(checkout, name):
    """What the README says where it asks for these numbers; the rest of it stays."""
    page = checkout / PAGE
    page.write_text(f"before\n<!-- numbers: {name} -->old<!-- /numbers -->\nafter", "utf-8")
    text = files(checkout)[PAGE]
    assert (text[:7], text[-6:]) == ("before\n", "\nafter")
    return BLOCK.search(text)[3].strip().split("\n")


def test_the_readme_says_what_is_published(root):
    text = (root / PAGE).read_text(encoding="utf-8")
    assert BLOCK.search(text)
    assert files(root)[PAGE] == text, "run python -m deepgen.readme"


def test_table_1_has_the_published_numbers_ours_and_their_difference(checkout):
    assert told(checkout, "table 1")[2:] == [
        "| MNIST, Adversarial nets | 225 ± 2 | – | 178.1 ± 1.7 ± 2.5 (−46.9) "
        "| 100 to 110 of 1,500 | 2 |",
        "| MNIST, DBN | 138 ± 2 | – | – | – | – |",
        "| *MNIST, one constant image* |  | *–* | *−55.8 ± 1.1* |  |  |",
    ]


def test_a_model_that_is_no_better_than_one_image_has_no_score(checkout):
    rows = [row | {"untrained": row["source"]} for row in ROWS]
    pd.DataFrame(rows).to_csv(checkout / "reports/paper/tables/parzen.csv", index=False)
    assert "| MNIST, Adversarial nets | 225 ± 2 | – | – | – | – |" in told(checkout, "table 1")


def test_likelihoods_stand_beside_the_published_on_one_scale(checkout):
    (row,) = told(checkout, "likelihoods")[2:]
    assert row == (
        "| MNIST, NICE, 60 epochs (ours) | 1,980.5 (4.36) | 1,913.7 ± 5.6 | 4.48 | 60 of 60 | 1 |"
    )


def test_a_number_may_stand_in_a_sentence(checkout):
    assert told(checkout, "hours") == ["2.2"]


def test_a_missing_table_and_unknown_numbers_are_named(checkout):
    with pytest.raises(DeepgenError, match=r"README\.md has unknown numbers 'tabel': name table 1"):
        told(checkout, "tabel")
    (checkout / "reports/paper/tables/costs.csv").unlink()
    with pytest.raises(DeepgenError, match=r"costs\.csv is missing: publish the run first"):
        told(checkout, "hours")
    assert "ablations" in BLOCKS
