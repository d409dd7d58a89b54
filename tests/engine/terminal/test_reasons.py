"""Why a job runs: what changed, from what to what, in words that fit a line."""

import json
import shlex

import pytest

from deepgen.engine.integrity import with_digest
from deepgen.engine.terminal.reasons import why

OLD = {
    "settings": {"seeds": [1], "training": {"optimiser": {"learning_rate": 0.1}}},
    "code": {"deepgen.training.loop": "a" * 12, "deepgen.layers.dense": "b" * 12},
}
PARAMS = "Params have changed since last execution: Union of exclusive params before and now: {...}"


@pytest.fixture
def job(tmp_path):
    """Outputs of a finished job, and the words of its reason under other settings and code."""
    record = tmp_path / "train.prov.json"
    record.write_text(json.dumps(with_digest({"outputs": {}} | OLD)))
    outputs = [str(tmp_path / "last.safetensors"), str(record)]

    def ask(reason, settings=None, code=None):
        settings, code = settings or OLD["settings"], code or OLD["code"]
        words = ["deepgen", "train", "--settings", json.dumps(settings)]
        return why(reason, outputs, shlex.join([*words, "--expect-code", json.dumps(code)]))

    ask.record, ask.outputs = record, outputs
    return ask


def test_a_changed_setting_is_named_with_both_values(job):
    new = {"seeds": [1], "training": {"optimiser": {"learning_rate": 0.05}}}
    assert job(PARAMS, new) == "training.optimiser.learning_rate 0.1 -> 0.05"


def test_a_changed_module_is_named_without_its_package(job):
    assert job(PARAMS, code=OLD["code"] | {"deepgen.training.loop": "c"}) == "code of training.loop"


def test_long_values_and_many_changes_are_cut(job):
    new = {"seeds": list(range(100)), "training": {}} | {f"x{i}": i for i in range(9)}
    said = job(PARAMS, new)
    assert said.startswith("seeds [1] -> [0, 1, 2, 3, 4, 5, 6, 7, 8, 9..., training.optimiser ")
    assert said.endswith(", 8 more")
    assert len(said) < 200


def test_what_was_never_made_needs_no_reason(job):
    job.record.unlink()
    assert job("Missing output files: a/last.safetensors; " + PARAMS) == ""


def test_a_file_that_was_lost_or_changed_is_named(job):
    assert job("Missing output files: a/history.csv") == "history.csv missing"
    assert job("Updated input files: a/train.npy") == "train.npy changed"
    assert job("Incomplete output files: a/history.csv") == "was interrupted"
    assert job("Forced execution") == "forced"


def test_what_follows_another_job_says_so_only_where_nothing_else_is_to_say(job):
    follows = "Input files updated by another job: a/samples.npy, a/sigma.json"
    assert job(follows) == "new samples.npy, sigma.json"
    code = OLD["code"] | {"deepgen.layers.new": "d"}
    assert job(f"{follows}; {PARAMS}", code=code) == "code of layers.new"


def test_a_page_says_what_changed_in_the_file_that_plans_it(job, tmp_path):
    plan = tmp_path / "index.json"
    plan.write_text(json.dumps(OLD | {"settings": OLD["settings"] | {"title": "x"}}))
    command = f"deepgen report --job {plan} --out y"
    said = why(f"Updated input files: {plan}", job.outputs, command)
    assert said == "title absent -> x"


def test_a_reason_that_is_not_known_is_passed_on(job):
    assert job("The moon is full: very") == "The moon is full: very"
    assert job(PARAMS) == "settings changed"
