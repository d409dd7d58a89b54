"""Hours before anything runs: the order of trainings, the one line, and its silence."""

import json
from types import SimpleNamespace

import pytest

from deepgen.cli import main
from deepgen.config import load_config, load_experiment
from deepgen.engine import estimate
from deepgen.engine.announce import announce
from deepgen.engine.estimate import schedule
from deepgen.engine.resolve import stage_settings
from deepgen.engine.speed import Speed
from deepgen.places import Place
from deepgen.stages.count import training_costs

A, B, C, D = (Place(name, 1) for name in "abcd")


@pytest.mark.parametrize(
    ("seconds", "before", "slots", "end"),
    [
        ({A: 4, B: 3, C: 3}, {}, 1, 10),
        ({A: 4, B: 3, C: 3}, {}, 2, 6),
        ({A: 4, B: 3, C: 3}, {}, 9, 4),
        ({A: 2, B: 2, C: 3}, {B: A}, 2, 4),  # the chain begins at once
        ({A: 1, B: 1, C: 1, D: 3}, {B: A, C: B}, 2, 3),
        ({}, {}, 2, 0),
    ],
)
def test_trainings_run_side_by_side_and_wait_for_what_they_continue(seconds, before, slots, end):
    assert schedule(seconds, before, slots) == end


def snakemake(*experiments, **changes):
    """What `announce` sees of Snakemake: a graph in which these experiments are to be trained."""
    jobs = [
        SimpleNamespace(
            rule=SimpleNamespace(name="train"), wildcards=SimpleNamespace(experiment=name)
        )
        for name in experiments
    ]
    dag = SimpleNamespace(needrun_jobs=lambda: jobs)
    return SimpleNamespace(**{"dag": dag, "local_exec": True, "cores": 2} | changes)


def run(epochs):
    return {
        "run": "trial",
        "experiments": ["mnist", "lfw"],
        "overrides": {"mnist": {"seeds": [1], "training": {"epochs": epochs}}},
    }


def test_a_long_run_says_its_hours_and_a_short_one_nothing(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    announce(snakemake("mnist"), load_config(run(epochs=100_000)))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("deepgen: the trainings of run trial: about ")
    assert said.endswith(" hours on this machine; make reproduce takes about 8 minutes\n")
    announce(snakemake("mnist"), load_config(run(epochs=2)))
    assert capsys.readouterr().err == ""


def test_what_a_run_file_has_not_shortened_is_at_full_scale(root, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(root)
    monkeypatch.setattr(estimate, "find_costs", lambda *_: {})
    monkeypatch.setattr(estimate, "total_seconds", lambda *_: 9_000)
    for changes, scale in (({}, ", at full scale"), (run(3), "")):
        path = tmp_path / "trial.yaml"
        path.write_text(json.dumps({"run": "trial", "experiments": ["mnist"]} | changes))
        estimate.print_estimate(path, cores=2, brief=True)
        assert f"of run trial{scale}: about 2.5 hours" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["mnist-dbn", "cifar10-nice"])
def test_second_phases_and_wide_whitenings_are_timed_on_a_few_images(root, name):
    resolved = load_experiment(root / f"config/experiments/{name}.yaml")
    settings = stage_settings("count", resolved)
    for coupling in settings["model"].get("couplings", []):
        coupling["units"] = 4
    assert Speed().an_update(settings, training_costs(settings))[1] == "timed"


def test_without_a_training_or_on_a_cluster_nothing_is_counted(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it counts"))
    announce(snakemake(), load_config(run(epochs=100_000)))
    announce(snakemake("mnist", local_exec=False), load_config(run(epochs=100_000)))
    assert capsys.readouterr().err == ""


def test_few_updates_are_not_even_counted(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it counts"))
    announce(snakemake("mnist"), load_config(run(epochs=1)))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("changes", [{"dag": None}, {"cores": "many"}])
def test_no_run_fails_for_the_line(root, monkeypatch, capsys, changes):
    monkeypatch.chdir(root)
    announce(snakemake("mnist", **changes), load_config(run(epochs=100_000)))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("cores", ["0", "-1", "all"])
def test_cores_that_are_none_are_refused(cores, capsys):
    with pytest.raises(SystemExit) as left:
        main(["estimate", "--cores", cores])
    assert left.value.code == 2
    assert "is not a number of cores, such as 2" in capsys.readouterr().err
