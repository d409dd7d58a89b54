"""The table of the stages agrees with their functions, with the rules and with what is planned."""

import importlib
import inspect
import json
import re

import pytest
import yaml

from deepgen.checks import check_name
from deepgen.config import load_config
from deepgen.engine.plan import Plan
from deepgen.engine.stages import STAGES
from deepgen.errors import DeepgenError
from deepgen.sections import check_section

GIVEN = {"out", "settings", "inputs", "seed", "code", "device"}
OF_TRAIN = {"states", "key", "should_stop", "report"}  # from deepgen.engine.train_job


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_takes_what_its_row_offers(name):
    module = name.replace("-", "_")
    function = getattr(importlib.import_module(f"deepgen.stages.{module}"), module)
    asked = inspect.signature(function).parameters
    row = STAGES[name]
    assert asked.keys() - OF_TRAIN <= GIVEN | row.options.keys()
    assert ("seed" in asked) == row.seeded
    assert ("device" in asked) == row.device
    needed = {key for key, p in asked.items() if p.default is p.empty} - GIVEN - OF_TRAIN
    assert needed <= row.options.keys()


def test_every_rule_belongs_to_one_stage_which_knows_where_it_runs(root):
    """Rules that the workflow makes in a loop are compared by `snakemake --list`, elsewhere."""
    found = {}
    for path in (root / "workflow" / "rules").glob("*.smk"):
        for text in re.split(r"^(?=rule )", path.read_text(), flags=re.MULTILINE):
            if name := re.match(r"rule (\w+):", text):
                text = re.split(r"^(?:for|use rule) ", text, flags=re.MULTILINE)[0]
                (stage,) = (row for row in STAGES.values() if name[1] in row.rules)
                found[name[1]] = stage.local == ("localrule: True" in text)
    assert len(found) > 8
    assert all(found.values()), found


@pytest.mark.parametrize("run", ["config", "quick", "laptop"])
def test_every_planned_slice_is_as_its_class_says(run, root):
    plan = Plan(load_config(root / f"config/{run}.yaml", root / "config"))
    checked = set()
    for stage, row in STAGES.items():
        for owner, name in _jobs(plan, stage):
            planned = json.loads(plan.settings(stage, owner, name))
            # What is called with it is called with what was planned, so identities stay
            assert check_section(row.settings, planned, stage).resolved() == planned
            checked.add(stage)
    assert STAGES.keys() - checked <= {"count"}  # which only a run with `not_run` has


def _jobs(plan, stage):
    """(owner, name) of jobs that a run has of a stage."""
    match stage:
        case "table":
            yield "", ""
        case "report":
            yield from (("", page) for page in ["index", *plan.papers, *plan.experiments])
        case "fetch" | "prepare":
            yield from ((user, "") for user in plan.datasets.values())
        case "count":
            yield from ((name, "") for name in plan.counted)
        case "likelihood":
            yield from ((e, "") for e, s in plan.experiments.items() if stage in s.scores)
        case "reference":
            yield from ((e, n) for e, s in plan.experiments.items() for n in s.references.names)
        case "score" | "study" | "figure":
            for owner, experiment in plan.experiments.items():
                known = {"score": experiment.scores, "study": plan.studies}
                for name in known.get(stage, experiment.figures):
                    try:
                        check_name(stage, name, experiment.paper)
                    except DeepgenError:  # a score of the model has a stage of its own
                        continue
                    yield owner, name
            for paper in plan.papers:
                yield from ((paper, n) for n in plan.run_studies(paper) if stage == "study")
        case _:
            yield from ((owner, "") for owner in plan.trained)


@pytest.mark.parametrize("name", ["report", "select-sigma", "fetch-mnist", "gan2014"])
def test_no_experiment_may_have_the_name_of_a_rule_or_folder(name, root, tmp_path):
    (tmp_path / "experiments").mkdir()
    text = (root / "config/experiments/mnist.yaml").read_text()
    (tmp_path / f"experiments/{name}.yaml").write_text(text)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump({"run": "trial", "experiments": [name]}))
    with pytest.raises(DeepgenError, match=f"'{name}' is the name of a rule or folder"):
        Plan(load_config(tmp_path / "run.yaml", tmp_path))
