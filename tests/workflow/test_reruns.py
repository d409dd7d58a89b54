"""What reruns after which change: the exact jobs, and the exact optimiser updates.

Only the jobs of `train` update parameters, so a plan without one makes none.
"""

import json
import os
import subprocess
import sys

import pytest
import yaml

from deepgen.engine.identity import EXCLUDED, LISTS

from . import new_family
from .project import EXPERIMENT, TINY, UPDATES_PER_EPOCH

TRAIN = "results/tiny/digits/seed-1/selected.safetensors"
TABLES = {"make_tables": 1}
PAGES = {"write_page": 1, "write_gan2014": 1, "write_front_page": 1}
REPORT = TABLES | PAGES
# The errors of the Parzen score and the ways of sampling are the first seed's alone
ANOTHER_SEED = {
    "train": 1,
    "sample": 2,
    "select_sigma": 2,
    "score_under_window": 2,
    "score": 2,
} | REPORT
AFTER_SAMPLES = {
    "select_sigma": 2,
    "score_under_window": 2,
    "score": 2,
    "parzen_spread": 1,
    "sampling": 1,
} | REPORT
AFTER_TRAINING = AFTER_SAMPLES | {
    "train": 1,
    "sample": 2,
    "study_interpolation": 1,
    "study_neighbours": 1,
    "draw_figure": 5,
}
AFTER_SIGMA = {
    "select_sigma": 4,
    "score_under_window": 4,
    "parzen_spread": 1,
    "sampling": 1,
    "draw_figure": 2,  # the sigma curve, and the learning curve with the score of real images
} | REPORT
# Figure 3 stands on its experiment's page and on the paper's, not on the front page
ONE_FIGURE = {"draw_figure": 1, "write_page": 1, "write_gan2014": 1}
ALL_SCORES = {"select_sigma": 4, "score_under_window": 4, "score": 3}
EVERYTHING_PREPARED = AFTER_TRAINING | ALL_SCORES | {"make_reference": 2, "classify": 1}
THEORY = {"study_gan2014_theory": 1, "draw_gan2014_figure1": 1, "draw_gan2014_theory": 1}

GAN = "src/deepgen/families/gan/model.py"
CODE_EDITS = {
    "comment": (GAN, "import math\n", "import math  # a comment\n", {}),
    "docstring": (GAN, "The generator of Generative", "A generator of Generative", {}),
    "layout": (GAN, "z = layer(z)\n", "z = layer(\n                z\n            )\n", {}),
    "network": (GAN, "clamp(1e-7, 1 - 1e-7)", "clamp(1e-6, 1 - 1e-6)", AFTER_TRAINING | THEORY),
    "loop": ("src/deepgen/training/loop.py", "self.update += 1", "self.update += 1 + 0",
             AFTER_TRAINING | THEORY),
    "another optimiser": ("src/deepgen/training/optimisers/rmsprop.py", "def build(",
                          "EDITED = 1\n\n\ndef build(", {}),
    "another family": ("src/deepgen/families/mixture/model.py", "build = Mixture",
                       "EDITED = 1\nbuild = Mixture", {}),
    "family's settings": ("src/deepgen/families/gan/settings.py", "class Noise(",
                          "class Other:\n    x = 1\n\n\nclass Noise(", {}),
    "evaluation": ("src/deepgen/evaluation/parzen.py", "def summarise(",
                   "EDITED = 1\n\n\ndef summarise(", AFTER_SIGMA),
    "figure": ("src/deepgen/figures/interpolation.py", "INPUTS = ", "EDITED = 1\nINPUTS = ",
               ONE_FIGURE),
    "study": ("src/deepgen/samplers/interpolation.py", "linspace(0, 1,", "linspace(0.0, 1,",
              ONE_FIGURE | {"study_interpolation": 1}),
    "errors of the score": ("src/deepgen/evaluation/parzen_spread.py", "RUNS = 10", "RUNS = 5",
                            {"parzen_spread": 1} | REPORT),
    "independence": ("src/deepgen/evaluation/autocorrelation.py", "RUNS = 20", "RUNS = 10",
                     {"sampling": 1} | REPORT),
    "comparison": ("src/deepgen/evaluation/data_copying.py", "def score(",
                   "EDITED = 1\n\n\ndef score(", {"score": 3, "draw_figure": 1} | REPORT),
    "classifier": ("src/deepgen/evaluation/classifier.py", "def fit(",
                   "EDITED = 1\n\n\ndef fit(",
                   {"classify": 1, "score": 3, "draw_figure": 1} | REPORT),
    "theory": ("src/deepgen/papers/gan2014/theory/densities.py", "def normal(",
               "EDITED = 1\n\n\ndef normal(", THEORY | {"write_gan2014": 1}),
    "report": ("src/deepgen/stages/report.py", "def report(", "EDITED = 1\n\n\ndef report(", PAGES),
    "template": ("src/deepgen/report/templates/report.css", "}", "}  ", PAGES),
    "paper's page": ("src/deepgen/papers/gan2014/templates/page.html", "<section", " <section",
                     {"write_gan2014": 1}),
    "defaults": ("src/deepgen/settings.py", "class Experiment(", "class Other:\n    x = 1\n\n\n"
                 "class Experiment(", {}),
    "command line": ("src/deepgen/cli.py", "def main(", "EDITED = 1\n\n\ndef main(", {}),
    "data set": ("src/deepgen/data/registry.py", 'DATASETS["digits"]',
                 'DATASETS["other"] = DATASETS["mnist"]\nDATASETS["digits"]', {}),
    "preparation": ("src/deepgen/stages/prepare.py", "def prepare(", "EDITED = 1\n\n\ndef prepare(",
                    EVERYTHING_PREPARED | {"prepare_digits": 1}),
}  # fmt: skip


def set_in(*keys, value):
    """A function that changes one setting of the experiment."""

    def change(content):
        for key in keys[:-1]:
            content = content.setdefault(key, {})
        content[keys[-1]] = value

    return change


SETTING_EDITS = {
    "sigma grid": (set_in("parzen", "grid", value={"start": 0.1, "stop": 1.0, "num": 12}),
                   AFTER_SIGMA),
    "learning rate": (set_in("training", "optimiser",
                             value={"name": "momentum", "learning_rate": 0.05}), AFTER_TRAINING),
    "longer budget": (set_in("training", "epochs", value=3), AFTER_TRAINING),
    "seed list": (set_in("seeds", value=[1, 2]), ANOTHER_SEED),
    "redraws": (set_in("parzen_spread", "redraws", value=3), {"parzen_spread": 1} | REPORT),
    "line of figure 3": (set_in("interpolation", value={"steps": 7}),
                         PAGES | {"draw_figure": 1, "study_interpolation": 1}),
    "one figure less": (set_in("figures", value=["figure2a", "figure3", "sigma_curve", "previews"]),
                        PAGES),
    "k of precision": (set_in("comparison", "neighbours", value=7), PAGES),
    "an absent key": (set_in("training", "schedule_epochs", value=None), {}),
    "integer for float": (set_in("parzen", "grid", value={"start": 0.1, "stop": 1, "num": 10}), {}),
}  # fmt: skip


def test_the_first_run_makes_every_stage(project):
    assert project.first_plan == (
        EVERYTHING_PREPARED | THEORY | {"fetch_digits": 1, "prepare_digits": 1}
    )
    assert project.first_updates == 2 * UPDATES_PER_EPOCH


def test_a_job_imports_nothing_that_its_identity_lacks(project):
    """Whatever a command imports by name is found by `NAMED`, for every stage of the run."""
    program = "import sys, deepgen.commands, deepgen.stage_command; print(*sys.modules)"
    always = subprocess.run(
        [sys.executable, "-c", program], env=project.environment, capture_output=True, text=True
    ).stdout.split()
    stages = set()
    for path in (project.root / "watch").glob("*.json"):
        note = json.loads(path.read_text())
        stage, argv = note["argv"][1], note["argv"]
        if "--job" in argv:
            code = json.loads((project.root / argv[argv.index("--job") + 1]).read_text())["code"]
        else:
            code = json.loads(argv[argv.index("--expect-code") + 1])
        packages = {m for m in note["modules"] if any(n.startswith(f"{m}.") for n in code)}
        beside = {m for m in note["modules"] if m.startswith(tuple(f"{e}." for e in EXCLUDED))}
        beside |= {*EXCLUDED, *LISTS, *always, *packages}
        beside |= {m for m in note["modules"] if m.endswith(".settings")}
        assert set(note["modules"]) - beside <= code.keys(), stage
        stages.add(stage)
    assert stages >= {"prepare", "train", "sample", "score", "study", "figure", "table", "report"}


def test_nothing_reruns_without_a_change(project):
    assert project.planned() == {}


def test_touching_every_file_reruns_nothing(project):
    for folder in ("src", "config", "workflow", "data"):
        for path in (project.root / folder).rglob("*"):
            os.utime(path)
    assert project.planned() == {}


@pytest.mark.parametrize("name", CODE_EDITS)
def test_code_edit(project, name):
    path, old, new, expected = CODE_EDITS[name]
    with project.edited(path, old, new):
        assert project.planned() == expected


@pytest.mark.parametrize("name", SETTING_EDITS)
def test_setting_edit(project, name):
    change, expected = SETTING_EDITS[name]
    with project.configured(change):
        assert project.planned() == expected


def test_a_new_family_with_an_optimiser_a_rule_and_a_space_reruns_nothing(project):
    """The worked example of docs/architecture.md runs as it stands there."""
    with new_family.added(project):
        assert project.planned() == {}
        own = {"experiments": ["digits", "counts", "signs"]}
        project.write_yaml("config/tiny.yaml", TINY | own)
        try:
            assert project.planned() == {
                "train": 2,
                "sample": 2,
                "likelihood": 3,  # `counts` keeps its last epoch
                "study_neighbours": 2,
                "draw_figure": 6,
                "make_tables": 1,
                "write_page": 2,
                "write_gan2014": 1,
                "write_front_page": 1,
            }
            project.snakemake("results/tiny/report/counts.html", "results/tiny/report/signs.html")
        finally:
            project.write_yaml("config/tiny.yaml", TINY)
    for name in ("counts", "signs"):
        folder = project.root / f"results/tiny/{name}/seed-1"
        found = json.loads((folder / "selected/likelihood.json").read_text())["direct"]
        assert found["kind"] == "exact"
        assert found["bits_per_dimension"] < 8  # of a uniform density
    assert project.planned() == {}


def test_an_added_experiment_is_all_that_runs(project):
    path = project.root / "config/experiments/second.yaml"
    path.write_text(yaml.safe_dump(EXPERIMENT | {"title": "Second"}))
    project.write_yaml("config/tiny.yaml", TINY | {"experiments": ["digits", "second"]})
    try:
        assert project.planned() == EVERYTHING_PREPARED
        # The same training under another name is the same job: it comes from the store
        assert project.run("results/tiny/second/seed-1/selected.safetensors") == 0
    finally:
        project.write_yaml("config/tiny.yaml", TINY)


def test_the_reason_names_what_changed(project):
    with project.configured(
        set_in("training", "optimiser", value={"name": "momentum", "learning_rate": 0.05})
    ):
        said = project.snakemake("-n", TRAIN)
    assert "(training.optimiser.learning_rate 0.1 -> 0.05)" in said


def test_another_learning_rate_trains_fully(project):
    with project.configured(SETTING_EDITS["learning rate"][0]):
        assert project.run(TRAIN) == 2 * UPDATES_PER_EPOCH
    assert project.run(TRAIN) == 0


def test_a_longer_budget_runs_only_the_additional_epochs(project):
    with project.configured(set_in("training", "epochs", value=4)):
        assert project.run(TRAIN) == 2 * UPDATES_PER_EPOCH
    assert project.run(TRAIN) == 0


def test_a_new_seed_trains_once(project):
    with project.configured(set_in("seeds", value=[1, 2])):
        assert project.run("results/tiny/digits/seed-2/history.csv") == 2 * UPDATES_PER_EPOCH


def test_a_branch_switch_and_back_trains_once(project):
    before = (project.root / TRAIN).read_bytes()
    with project.edited(*CODE_EDITS["network"][:3]):
        assert project.run(TRAIN) == 2 * UPDATES_PER_EPOCH
    assert project.run(TRAIN) == 0
    assert (project.root / TRAIN).read_bytes() == before


def test_preparation_with_equal_bytes_trains_nothing(project):
    with project.edited(*CODE_EDITS["preparation"][:3]):
        assert project.run(TRAIN) == 0
    assert project.run(TRAIN) == 0
