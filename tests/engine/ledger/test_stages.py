"""dvc.yaml: what it says of a run, and that the committed one is not out of date."""

import shlex
from pathlib import Path

import pytest
import yaml

from deepgen.config import load_config
from deepgen.engine.ledger.planned import PlannedJob, plan_jobs
from deepgen.engine.ledger.stages import DEFAULT, described, dvc_yaml, identity, recorded
from deepgen.errors import DeepgenError

JOB = PlannedJob(
    rule="score",
    stage="score",
    settings={"score": "parzen"},
    code={"deepgen.evaluation.parzen": "0" * 12},
    seed=None,
    inputs=["data/prepared/mnist/test.npy"],
    outputs=["parzen.json"],
    provenance="results/paper/mnist/seed-1/last/parzen.prov.json",
)


def test_the_committed_file_is_up_to_date(root, monkeypatch):
    monkeypatch.chdir(root)
    jobs = recorded(plan_jobs(DEFAULT))
    text = dvc_yaml(jobs, load_config(DEFAULT).run.run, DEFAULT)
    assert (root / "dvc.yaml").read_text() == text, "out of date: type deepgen ledger"


def test_a_stage_is_its_job():
    stages = yaml.safe_load(dvc_yaml([JOB], "paper", DEFAULT))["stages"]
    folder = "results/paper/mnist/seed-1/last"
    assert stages == {
        "mnist--seed-1--last--parzen": {
            "cmd": f"snakemake --cores all -- {folder}/parzen.prov.json {folder}/parzen.json",
            "deps": ["data/prepared/mnist/test.npy"],
            "params": [{"results/paper/identity.json": ["mnist--seed-1--last--parzen"]}],
            "metrics": [{f"{folder}/parzen.json": {"persist": True}}],
            "outs": [{f"{folder}/parzen.prov.json": {"persist": True}}],
        }
    }
    assert identity([JOB]) == {
        "mnist--seed-1--last--parzen": {
            "stage": "score",
            "settings": {"score": "parzen"},
            "code": {"deepgen.evaluation.parzen": "0" * 12},
        }
    }


def test_settings_and_code_do_not_change_it():
    other = PlannedJob(**vars(JOB) | {"settings": {}, "code": {}})
    assert dvc_yaml([JOB], "paper", DEFAULT) == dvc_yaml([other], "paper", DEFAULT)


@pytest.mark.parametrize("name", ["a b.yaml", "$(touch x).yaml", "${x}.yaml", "';x.yaml"])
def test_the_name_of_a_run_file_reaches_snakemake_as_it_is(name):
    text = dvc_yaml([JOB], "paper", Path("config") / name)
    (stage,) = yaml.safe_load(text)["stages"].values()
    assert "${" not in stage["cmd"].replace(r"\${", "")
    assert f"config/{name}" in shlex.split(stage["cmd"].replace(r"\${", "${"))
    assert described(text) == ("paper", Path("config") / name)


def test_a_name_that_is_no_name_is_refused_before_anything_is_written(root, monkeypatch, tmp_path):
    run = tmp_path / "run.yaml"
    run.write_text("run: bad\nexperiments: ['mnist; touch owned']\n")
    monkeypatch.chdir(root)
    with pytest.raises(DeepgenError, match="mnist; touch owned") as error:
        plan_jobs(run)
    assert "\n" not in str(error.value)


def test_it_names_every_file_that_snakemake_plans(checkout):
    planned = checkout.snakemake("--summary", "--forceall").splitlines()
    paths = {line.split("\t")[0] for line in planned if line.startswith(("results/", "data/"))}
    stages = yaml.safe_load((checkout.root / "dvc.yaml").read_text())["stages"].values()
    kinds = ("outs", "metrics", "plots")
    made = {path for s in stages for kind in kinds for entry in s.get(kind, []) for path in entry}
    pages = {path for path in paths - made if "/report/" in path}
    assert paths - made == pages
    assert made <= paths
    assert not {path for path in pages if path.endswith((".png", ".pdf", "parzen.csv"))}
