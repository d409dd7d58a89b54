"""A figure that compares a paper's models is planned where the run has two of them."""

import json

import pytest
import yaml

from deepgen.config import load_config
from deepgen.engine.plan import Plan
from deepgen.engine.slices import Drawing
from deepgen.sections import check_section

OWN = {"figure1", "theory"}


@pytest.fixture
def plan(root, tmp_path):
    """A plan of MNIST's adversarial nets and of an RBM with a title and a paper."""
    (tmp_path / "experiments").mkdir()
    text = (root / "config/experiments/mnist.yaml").read_text()
    (tmp_path / "experiments/mnist.yaml").write_text(text)
    content = yaml.safe_load((root / "config/experiments/mnist-rbm.yaml").read_text())

    def planned(title, paper="gan2014"):
        own = content | {"title": title} | ({"paper": paper} if paper else {})
        (tmp_path / "experiments/rival.yaml").write_text(yaml.safe_dump(own))
        return Plan(load_config({"run": "x", "experiments": ["mnist", "rival"]}, tmp_path))

    return planned


def test_two_models_of_the_paper_are_compared(plan):
    both = plan("DBN (ours)")
    assert set(both.run_figures("gan2014")) == OWN | {"ranking"}
    tables = {n: f"results/x/report/tables/{n}.csv" for n in ("parzen", "scores", "likelihoods")}
    assert both.run_figures("gan2014")["ranking"] == tables
    inputs = both.pages.inputs("gan2014")
    assert inputs["figure:gan2014/ranking"] == "results/x/report/figures/gan2014/ranking.png"
    settings = json.loads(both.settings("figure", "gan2014", "ranking"))
    assert settings["titles"] == ["Adversarial nets", "DBN (ours)"]
    assert settings["dataset_title"] == "MNIST"
    assert check_section(Drawing, settings, "figure").resolved() == settings


@pytest.mark.parametrize(
    ("title", "paper"),
    [("RBM", "gan2014"), ("Adversarial nets, annealed (ours)", "gan2014"), ("DBN (ours)", None)],
)
def test_one_model_of_the_paper_is_not(plan, title, paper):
    one = plan(title, paper)
    assert set(one.run_figures("gan2014")) == OWN
    assert "figure:gan2014/ranking" not in one.pages.inputs("gan2014")
