"""The numbers of the README and of docs/ are those of the published tables."""

import shutil

import pandas as pd
import pytest

from deepgen.errors import DeepgenError
from deepgen.readme import BLOCK, BLOCKS, PAGES, files

PIXELS = {"dataset": "MNIST", "space": "pixels", "standard_error_over": "examples", "untrained": ""}
FILES = "mnist/seed-1/selected/parzen.json;mnist/seed-2/selected/parzen.json"
OURS = {"model": "Adversarial nets", "origin": "measured", "selection": "selected", "num_seeds": 2}
OURS |= {"source": FILES}


def parzen(**row):
    return PIXELS | {"selection": "", "num_seeds": 1, "source": ""} | row


ROWS = [
    parzen(model="DBN", origin="published", log_likelihood=138, standard_error=2, num_seeds=None),
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
    "spread_over_draws": 0.09,
    "num_seeds": 1,
    "source": "mnist-nice-short/seed-1/selected/likelihood.json",
    "same_model": "",
}
LAST = {"selection": "last", "log_likelihood": 1900.0, "standard_error": 6.1}
MACHINE = {"model": "DBN (ours)", "dataset": "MNIST", "selection": "selected", "same_model": "last"}
BOUND = {"kind": "lower bound", "estimator": "csl", "log_likelihood": -145.72, "num_seeds": 1}
WAYS = {"means, every step (as set)": 201, "draws, every step": -18.5, "means, burn-in 1,000": 155}


@pytest.fixture
def pages(tmp_path, root):
    """Pages that ask for numbers, and the tables that they come from."""
    (tmp_path / "docs").mkdir()
    for page in PAGES:
        (tmp_path / page).write_text("")
    shutil.copytree(root / "config/experiments", tmp_path / "config/experiments")
    tables = tmp_path / "reports/paper/tables"
    tables.mkdir(parents=True)
    pd.DataFrame(ROWS).to_csv(tables / "parzen.csv", index=False)
    likelihoods = [FLOW, FLOW | LAST, FLOW | {"same_model": "selected", "selection": "last"}]
    bounds = [MACHINE | BOUND | {"standard_error_over": over} for over in ("examples", "seeds")]
    pd.DataFrame([*likelihoods, *bounds]).to_csv(tables / "likelihoods.csv", index=False)
    grid = {"estimator": "parzen, released default grid"}
    ways = [MACHINE | grid | {"way": way, "log_likelihood": nats} for way, nats in WAYS.items()]
    ways.append(FLOW | grid | {"way": "independent draws"})
    pd.DataFrame(ways).to_csv(tables / "sampling.csv", index=False)
    pd.DataFrame({"processor_hours": [0.5, 1.75]}).to_csv(tables / "costs.csv", index=False)
    runs = pd.DataFrame(
        {
            "experiment": ["mnist", "mnist", "mnist-nice-short", "mnist-dbn"],
            "epochs": [100, 110, 60, 15],
            "best_epoch": [95, 110, 50, None],
        }
    )
    runs.to_csv(tables.parent / "runs.csv", index=False)
    return tmp_path


def told(pages, name):
    """What a page says where it asks for these numbers; the rest of it stays."""
    page = pages / "README.md"
    page.write_text(f"before\n<!-- numbers: {name} -->old<!-- /numbers -->\nafter", "utf-8")
    text = files(pages)["README.md"]
    assert (text[:7], text[-6:]) == ("before\n", "\nafter")
    return BLOCK.search(text)[3].strip().split("\n")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_is_published(root, page):
    text = (root / page).read_text(encoding="utf-8")
    assert BLOCK.search(text)
    assert files(root)[page] == text, "run python -m deepgen.readme"


def test_table_1_has_the_published_numbers_ours_and_their_difference(pages):
    assert told(pages, "table 1")[2:] == [
        "| MNIST, Adversarial nets | 225 ± 2 | – | 178.1 ± 1.7 ± 2.5 (−46.9) "
        "| 100 to 110 of 1,500 (95, 110) | 2 |",
        "| MNIST, DBN | 138 ± 2 | – | – | – | – |",
        "| *MNIST, one constant image* |  | *–* | *−55.8 ± 1.1* |  |  |",
    ]


def test_a_model_that_is_no_better_than_one_image_has_no_score(pages):
    rows = [row | {"untrained": row["source"]} for row in ROWS]
    pd.DataFrame(rows).to_csv(pages / "reports/paper/tables/parzen.csv", index=False)
    assert "| MNIST, Adversarial nets | 225 ± 2 | – | – | – | – |" in told(pages, "table 1")


def test_likelihoods_stand_beside_the_published_on_one_scale(pages):
    (row,) = told(pages, "likelihoods")[2:]
    assert row == (
        "| MNIST, NICE, 60 epochs (ours) | 1,980.5 (4.36) | 1,913.7 ± 5.6 | 4.48 "
        "| 60 of 60 (50) | 1 |"
    )


def test_a_flow_is_told_at_its_chosen_epoch_and_at_its_last(pages):
    chosen, last = told(pages, "flows")[2:]
    assert "| 1,913.7 ± 5.6 | 4.48 | 50 of 60 | 0.09 | – | – |" in chosen
    assert "| 1,900.0 ± 6.1 | 4.48 | 60 of 60 | 0.09 | – | – |" in last


def test_a_rival_is_told_with_its_ways_of_drawing_and_its_bounds(pages):
    ours = {"model": "DBN (ours)", "log_likelihood": 201, "standard_error": 2}
    score = parzen(**OURS | ours, estimator="parzen, released default grid")
    pd.DataFrame([*ROWS, score]).to_csv(pages / "reports/paper/tables/parzen.csv", index=False)
    (row,) = told(pages, "rivals")[2:]
    assert row == (
        "| DBN (ours) | 138 ± 2 | 201.0 ± 2.0 (+63.0) | – | 2 | −18 | 155 | −145.7 (bound, CSL) |"
    )


def test_a_number_may_stand_in_a_sentence(pages):
    assert told(pages, "hours") == ["2.2"]


def test_a_missing_table_and_unknown_numbers_are_named(pages):
    with pytest.raises(DeepgenError, match=r"README\.md has unknown numbers 'tabel': name table 1"):
        told(pages, "tabel")
    (pages / "reports/paper/tables/costs.csv").unlink()
    with pytest.raises(DeepgenError, match=r"costs\.csv is missing: publish the run first"):
        told(pages, "hours")
    assert "ablations" in BLOCKS
