"""The paper's page: its tables and figures under its numbers, of its experiments alone."""

import numpy as np
import pytest
from made_pages import References, written
from made_run import MadeRun

from deepgen.papers import paper_of
from deepgen.report.roles import per_image


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


@pytest.mark.parametrize(("budget", "full"), [(5, 5), (9, 1500)])
def test_a_finished_training_rebuilds_a_figure(made, budget, full):
    """One that ran the epochs of its file, or that its stopping rule ended before its budget."""
    mnist = made.settings["experiments"]["mnist"]
    mnist["full_budget"], mnist["settings"]["training"]["epochs"] = full, budget
    text = written(made, "gan2014")
    assert "Figure 2 a of the paper, rebuilt." in text
    assert "Figure 3 of the paper, rebuilt." in text


def test_another_data_set_rebuilds_nothing(made):
    """Whatever number its figure has."""
    made.settings["experiments"]["mnist"]["dataset_title"] = "CIFAR-10"
    text = written(made, "gan2014")
    assert "Figure 2 a of the paper (MNIST): not run." in text
    assert "As Figure 2 a, which shows MNIST." in text
    assert text.count("of the paper, rebuilt.") == 1  # Figure 1


def test_contents_lead_to_sections_that_exist(made):
    found = References(written(made, "gan2014"))
    fragments = {address for _, address in found.addresses if address.startswith("#")}
    assert fragments == {"#theory", "#table-1", "#figure-2", "#figure-3", "#table-2"}
    assert {fragment[1:] for fragment in fragments} <= set(found.ids)


def test_the_files_beside_the_page_are_those_that_the_paper_names(made):
    written(made, "gan2014")
    tables = made.run / ".report-abc/tables"
    assert sorted(p.name for p in tables.iterdir()) == sorted(paper_of("gan2014").TABLES)
    text = (tables / "table1.csv").read_text()
    assert text == (made.report / "tables/parzen.csv").read_text()
    assert all(f",{dataset}," in text for dataset in ("MNIST", "TFD", "LFW faces"))
    assert "Table 1 of the paper" in (tables / "table1.md").read_text()
    assert (tables / "table2.tex").read_text().count(r"\begin{table}") == 2


def test_an_untrained_model_has_no_figure_under_a_number_of_the_paper(made):
    """The faces' model is no better than one constant image; MNIST's is not judged."""
    settings = made.settings["experiments"]["lfw"]
    made._score("lfw", settings, "references/constant-image", "", None)
    for row in per_image(made.rows).values():
        path = made.run / f"lfw/{row['source']}/parzen.npy"
        np.save(path, np.zeros((2, 10)))
        made.inputs[f"per_image:lfw/{row['source']}"] = path
    made.make_tables()
    text = written(made, "gan2014")
    why = "Its Parzen score is not better than one"
    assert f"In place of Figure 2 b (LFW faces): untrained.</strong> {why}" in text
    assert f"In place of Figure 3 (LFW faces): untrained.</strong> {why}" in text
    assert {"lfw/figure2b_lfw", "lfw/figure3"}.isdisjoint(References(text).ids)
    assert {"mnist/figure2a", "mnist/figure3"} <= set(References(text).ids)
    assert "Figure 2 b of the paper (TFD): not run." in text
    page = written(made, "lfw")
    assert {"lfw/figure2b_lfw", "lfw/figure3"} <= set(References(page).ids)
    assert "204.0 ± 2.0 (examples)*, untrained" in page.replace("\u00a0", " ")


def test_a_run_of_one_part_of_the_paper_says_what_is_missing(made):
    for name in ("mnist", "mixture"):
        del made.settings["experiments"][name]
        made.settings["order"].remove(name)
    made.rows = [row for row in made.rows if row["experiment"] == "lfw"]
    made.inputs = {r: p for r, p in made.inputs.items() if "mnist" not in r and "mixture" not in r}
    made.make_tables()
    text = written(made, "gan2014")
    assert "Figure 2 a of the paper (MNIST): not run." in text
    assert "MNIST: no experiment of this run has a Parzen score of Adversarial nets" in text
    assert "As Figure 3, which shows MNIST." in text
