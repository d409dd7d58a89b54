"""The table of Figures 3 and 4, and the page around it."""

import copy
import math

import pandas as pd
import pytest
from made_pages import References
from made_run import MadeRun
from made_scores import likelihood, row

from deepgen.papers import paper_of
from deepgen.papers.nice2014.page import _of
from deepgen.papers.nice2014.published import FIGURE_3
from deepgen.papers.nice2014.table import likelihood_table
from deepgen.report.contents import Picture
from deepgen.report.long_form import long_form
from deepgen.report.printed import to_markdown
from deepgen.stages.report import report

NETS = [{"layers": 5, "units": 1000}] * 4


def experiment(dataset, title="NICE, 60 epochs (ours)", couplings=NETS):
    return {
        "title": title,
        "dataset_title": dataset,
        "settings": {"model": {"couplings": couplings}},
    }


def table(entries, shown, seeds=1):
    """The printed table of (experiment, nats of pixels in [0, 1], bits per dimension)."""
    found, runs = [], []
    for i, (chosen, nats, bits) in enumerate(entries):
        for seed in range(1, seeds + 1):
            own = row("selected", seed, chosen["title"], experiment=f"e{i}")
            own |= {"dataset": chosen["dataset_title"]}
            score = likelihood(nats + 10 * seed, draws=10, bits_per_dimension=bits)
            found.append((own, "likelihood", score))
            runs.append({"experiment": f"e{i}", "epochs": 60})
    experiments = {f"e{i}": chosen for i, (chosen, *_) in enumerate(entries)}
    runs = pd.DataFrame(runs, columns=["experiment", "epochs"])
    return likelihood_table(long_form("likelihoods", found), runs, experiments, shown)


def cells(printed, label):
    (found,) = (r for block in printed.blocks for r in block.rows if r.label == label)
    return [str(cell) for cell in found.cells]


@pytest.mark.parametrize(
    ("dataset", "bits"), [("MNIST", 4.356), ("TFD", 4.547), ("SVHN", 2.601), ("CIFAR-10", 4.477)]
)
def test_published_bits_per_dimension_are_those_of_the_literature(dataset, bits):
    assert cells(table([], [dataset]), "NICE (published)")[3] == f"{bits:.3f}"


def test_published_numbers_are_as_printed():
    printed = table([], list(FIGURE_3))
    found = [[str(row.cells[0]) for row in block.rows] for block in printed.blocks]
    numbers = (
        ["1,980.50"],
        ["5,514.71", "5,250", "2,413"],
        ["11,496.55"],
        ["5,371.78", "3,622", "2,365"],
    )
    assert found == list(numbers)


def test_baselines_stand_beside_it():
    printed = table([], list(FIGURE_3))
    assert [block.title for block in printed.blocks][-1] == "CIFAR-10, pixels in [−1, 1]"
    labels = [row.label for row in printed.blocks[1].rows]
    assert labels == ["NICE (published)", "Deep MFA (published)", "GRBM (published)"]
    for line in printed.blocks[1].rows[1:]:  # on which scale these are is not known
        assert [str(cell) for cell in line.cells[1:]] == ["–"] * 5


def test_ours_is_on_the_papers_scale_and_compared_there():
    """CIFAR-10 lies in [-1, 1]: every dimension is worth log 2 less than in [0, 1]."""
    small = [{"layers": 3, "units": 500}] * 4
    chosen = experiment("CIFAR-10", "NICE, reduced networks (ours)", small)
    printed = table([(chosen, 7000.0 - 10, 5.0)], ["CIFAR-10"])
    ours = 7000 - 3072 * math.log(2)
    found = cells(printed, "NICE, reduced networks (ours)")
    assert found[0].startswith(f"{ours:,.1f} ± 0.2")
    assert found[1].startswith(f"−{5371.78 - ours:,.1f} nats; no verdict from one seed")
    assert found[2].startswith("7,000.0 ± 0.2")
    assert found[3:] == ["5.000", "3 x 500", "60"]
    same = table([(experiment("MNIST"), 1890.0, 4.5)], ["MNIST"])
    found = cells(same, "NICE, 60 epochs (ours)")
    assert found[0] == found[2]
    assert found[1].startswith("−80.5 nats")
    text = to_markdown([printed])
    assert "NICE, reduced networks (ours): the mean of 10 draws" in text
    assert "never with a Parzen score" in text


def test_another_data_set_has_nothing_to_be_compared_with():
    printed = table([(experiment("LFW faces", "NICE"), 5000.0, 5.0)], ["LFW faces"])
    (found,) = printed.blocks
    assert found.title == "LFW faces, pixels in [0, 1]"
    assert cells(printed, "NICE")[1] == "–"


def test_a_bound_is_called_one_and_compared_with_nothing():
    own = row("selected", 1, "NICE", experiment="e") | {"dataset": "MNIST"}
    score = likelihood(1500.0, kind="lower bound", num_samples=1)
    found = likelihood_table(
        long_form("likelihoods", [(own, "likelihood", score)]),
        pd.DataFrame({"experiment": ["e"], "epochs": [3]}),
        {"e": experiment("MNIST", "NICE")},
        ["MNIST"],
    )
    nats, difference, *_ = cells(found, "NICE, lower bound")
    assert nats.startswith("1,500.0 ± 0.2")
    assert difference == "–"


def test_a_model_without_couplings_has_a_dash():
    other = experiment("MNIST", "Mixture")
    other["settings"]["model"] = {"components": 3}
    printed = table([(other, 1900.0, 4.5)], ["MNIST"])
    assert cells(printed, "Mixture")[4] == "–"


@pytest.mark.parametrize(
    ("figure", "dataset", "short", "heading"),
    [
        ("figure5", "MNIST", {}, "Figure 5 of the paper, rebuilt."),
        ("figure5", "MNIST", {"e": "3 of 9 epochs"}, "Figure 5 of the paper, after 3 of 9 epochs."),
        ("figure6", "SVHN", {}, "As Figure 6, which shows MNIST."),
        ("figure7", "SVHN", {}, "As Figure 7, which shows MNIST and TFD."),
        ("figure5_ours", "MNIST", {}, ""),
        ("figure5_lfw", "LFW faces", {}, ""),
        ("estimator", "MNIST", {}, ""),
    ],
)
def test_a_heading_says_what_a_figure_is_of_the_papers(figure, dataset, short, heading):
    name = f"e/{figure}"
    kind = figure.partition("_")[0]
    (found,) = _of(kind, {name: Picture(name, b"", "", dataset)}, short, {})
    assert found.heading == heading
    (found,) = _of(kind, {name: Picture(name, b"", "", dataset)}, short, {"e": "Why."})
    assert found.heading == f"Untrained. Why. {heading}".strip()


def test_what_has_no_likelihood_yet_has_dashes():
    printed = table([(experiment("MNIST"), 1890.0, 4.5)], ["MNIST"])
    empty = likelihood_table(
        long_form("likelihoods", []),
        pd.DataFrame({"experiment": [], "epochs": []}),
        {"e": experiment("MNIST")},
        ["MNIST"],
    )
    assert len(cells(printed, "NICE, 60 epochs (ours)")) == len(printed.columns) - 1
    assert cells(empty, "NICE, 60 epochs (ours)") == ["–"] * 4 + ["5 x 1,000", "–"]


def test_the_page_shows_what_the_paper_has(tmp_path):
    made = MadeRun(tmp_path)
    paper = paper_of("nice2014")
    inputs, settings = made._of_experiment("mixture")
    settings = copy.deepcopy(settings)
    (own,) = settings["experiments"].values()
    own |= {"paper": "nice2014", "title": "NICE"}
    own["settings"]["model"] = {"couplings": NETS}
    own["settings"]["remark"] = "Trained for an hour."
    for figure in ("figure5", "figure8", "estimator"):
        made._draw(f"mixture/{figure}")
    figures = [f"mixture/{figure}" for figure in ("figure5", "figure8", "estimator")]
    inputs |= {role: path for role, path in made.inputs.items() if role.split(":")[-1] in figures}
    described = {"name": "nice2014", "title": paper.TITLE, "citation": paper.CITATION}
    rows = [row | {"paper": "nice2014", "model": "NICE"} for row in settings["rows"]]
    report(
        inputs,
        tmp_path / "out",
        settings
        | {
            "page": "nice2014",
            "paper": "nice2014",
            "papers": [described | {"url": paper.URL}],
            "figures": figures,
            "rows": rows,
        },
    )
    text = (tmp_path / "out/nice2014.html").read_text()
    found = References(text)
    assert {"likelihood", "figure5", "figure8", "estimator", "costs"} <= set(found.ids)
    fragments = {a[1:] for _, a in found.addresses if a.startswith("#")}
    assert fragments <= set(found.ids)
    assert "figure6" not in text
    assert "1,980.50" in text
    assert "Trained for an hour." in text
    tables = {path.name for path in (tmp_path / "out/tables").iterdir()}
    assert tables == set(paper.TABLES)
