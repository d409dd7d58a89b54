"""A model that one constant image beats: what the tables say of it, seed by seed."""

import numpy as np
import pytest
from made_scores import GRID, ROWS, SCORES, score, table_of

from deepgen.errors import DeepgenError
from deepgen.papers.gan2014.published import published
from deepgen.papers.gan2014.table1 import paper_table
from deepgen.report.long_form import long_form
from deepgen.report.parzen import implied_sigma, parzen_printed
from deepgen.report.printed import to_markdown
from deepgen.report.roles import per_image
from deepgen.report.untrained import UNTRAINED, compared_with_constant, reasons

CONSTANT = ROWS[4] | {"source": "references/constant-image", "model": "one constant image"}
NOISE = np.random.default_rng(0).normal(0.0, 1.0, (2, 100))


def judged(margins):
    """The selected model of each seed, so many nats above one constant image of -60."""
    rows = [*ROWS[: len(margins)], CONSTANT]
    scores = [score(m - 60.0, m - 60.0) for m in (*margins, 0.0)]
    per_image = {f"mnist/{row['source']}": NOISE - 60.0 for row in rows}
    for row, nats in zip(rows, margins, strict=False):
        per_image[f"mnist/{row['source']}"] = NOISE[:, ::-1] + nats - 60.0
    results = [(row, "parzen", s) for row, s in zip(rows, scores, strict=True)]
    return long_form("parzen", compared_with_constant(results, per_image), published(["MNIST"]))


def test_it_is_called_so_beside_its_number_and_not_held_against_the_paper():
    table = judged([0.1])
    (part,) = parzen_printed(table)
    text = to_markdown([part])
    assert "-59.9 ± 2.0 (examples), untrained".replace("-", "−") in text
    assert [block.title for block in part.blocks][1:] == ["For comparison: no trained model"]
    assert UNTRAINED in part.notes
    assert "−59.9 ± 2.0, untrained" in to_markdown([paper_table(table, [])])
    assert reasons(table) == {
        "mnist": "Its Parzen score is not better than one constant image, the training mean, by 3 "
        "standard errors of the difference (released default grid, same test images)."
    }


def test_a_trained_model_is_not_marked():
    table = judged([100.0])
    assert "untrained" not in to_markdown(parzen_printed(table)).lower()
    assert reasons(table) == {}
    assert table["constant_image"].dropna().tolist() == pytest.approx([-60.0, -60.0])


@pytest.mark.parametrize(("margins", "shown"), [([0.1, 100.0], False), ([100.0, 0.1], True)])
def test_one_of_two_seeds(margins, shown):
    """The first seed gives the figures; the row has both, and a verdict with its wide interval."""
    table = judged(margins)
    assert "1 of 2 seeds untrained" in to_markdown(parzen_printed(table))
    assert "inside the 95 % prediction interval" in to_markdown(parzen_printed(table))
    assert (reasons(table) == {}) == shown


def test_only_models_beside_a_constant_image_are_judged():
    assert per_image(ROWS) == {}
    roles = per_image([*ROWS, CONSTANT, ROWS[0] | {"experiment": "other"}])
    assert list(roles) == [
        "per_image:mnist/seed-1/selected",
        "per_image:mnist/seed-2/selected",
        "per_image:mnist/seed-1/last",
        "per_image:mnist/seed-2/last",
        "per_image:mnist/references/constant-image",
    ]


def test_scores_of_other_images_are_refused():
    arrays = {"mnist/seed-1/selected": NOISE, "mnist/references/constant-image": NOISE[:, :50]}
    with pytest.raises(DeepgenError, match="not of the same estimators and images"):
        compared_with_constant([(ROWS[0], "parzen", SCORES[0])], arrays)


def test_what_the_grid_allows_real_images_is_said_from_their_own_scores():
    real = ROWS[4] | {"source": "references/training-images", "model": "training images"}
    scores = score(243.7, 245.5)
    scores[GRID]["grid_scores"] = [[0.1, -127.0], [0.1668, 243.7], [0.2154, 214.6]]
    (part,) = parzen_printed(table_of([ROWS[0], real], [SCORES[0], scores]))
    (note,) = [note for note in part.notes if "implies" in note]
    assert "Real training images reach 243.7 nats at the grid's σ = 0.1668" in note
    said = "implies its σ: 225 a σ near 0.1668 (at 0.2154 these images reach only 214.6)."
    assert said in note
    measured = table_of([ROWS[0], real], [SCORES[0], scores])
    found = implied_sigma(measured, [225.0, 138.0, 121.0, 300.0, -200.0])
    assert "225 a σ near 0.1668 (at" in found
    assert (
        "; 138 and 121 a σ near 0.1668 or 0.2154 (at 0.1 these images reach only −127.0)." in found
    )
    assert "300" not in found
    scores[GRID]["grid_scores"] = [[0.1, 300.0], [0.1668, 243.7]]
    (part,) = parzen_printed(table_of([ROWS[0], real], [SCORES[0], scores]))
    assert not any("implies" in note for note in part.notes)
