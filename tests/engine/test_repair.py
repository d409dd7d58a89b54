"""What a run has lost, told by its provenance; `tests/workflow/test_lost.py` has the whole."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from deepgen.config import load_config
from deepgen.engine.integrity import with_digest
from deepgen.engine.plan import Plan
from deepgen.engine.planned import PlannedJob, owners_of, planned_jobs
from deepgen.engine.repair import Lost, Repair, Seen, find_lost, look_for_lost
from deepgen.engine.times import touch_changed
from deepgen.errors import DeepgenError
from deepgen.files import sha256, write_json

ROOT = Path(__file__).parents[2]
MODEL, SAMPLES = "r/train.prov.json", "r/last/sample.prov.json"
JOBS = [
    PlannedJob(MODEL, ("r/model", "r/history.csv"), "mnist"),
    PlannedJob(SAMPLES, ("r/last/samples.npy",), "mnist"),
    PlannedJob("r/never.prov.json", ("r/never.csv",), "mnist"),
]


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """What was read of a finished training and samples of it; a third job was never made."""
    monkeypatch.chdir(tmp_path)
    for job, inputs in zip(JOBS[:2], ([], ["r/model"]), strict=True):
        folder = Path(job.record).parent
        folder.mkdir(parents=True)
        for name in job.outputs:
            Path(name).write_text(f"content of {name}")
        outputs = {str(Path(n).relative_to(folder)): sha256(Path(n)) for n in job.outputs}
        read = {name: {"path": name, "sha256": sha256(Path(name))} for name in inputs}
        write_json(Path(job.record), with_digest({"outputs": outputs, "inputs": read}))
    return Seen(Path("seen.json"))


def lost(seen):
    return {(found.file, found.record, found.digest is None) for found in find_lost(JOBS, seen)}


def test_a_whole_run_has_lost_nothing_and_what_was_never_made_is_not_lost(seen):
    assert lost(seen) == set()


def test_a_missing_output_is_its_jobs_to_make(seen):
    Path("r/history.csv").unlink()
    assert lost(seen) == {("r/history.csv", MODEL, True)}


@pytest.mark.parametrize("content", ["", "content", "Content of r/history.csv"])
def test_an_altered_output_is_lost_whatever_its_time(seen, content):
    path = Path("r/history.csv")
    lost(seen)  # so that its state is known
    before = path.stat()
    path.write_text(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lost(seen) == {("r/history.csv", MODEL, False)}


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_regular_file_is_lost_and_not_opened(seen, make):
    Path("r/model").unlink()
    make(Path("r/model"))
    assert lost(seen) == {("r/model", MODEL, False)}


def test_a_missing_record_is_lost_if_something_of_its_job_is_there_or_was_read(seen):
    Path(MODEL).unlink()
    assert lost(seen) == {(MODEL, MODEL, True)}
    for name in JOBS[0].outputs:
        Path(name).unlink()
    assert lost(seen) == {(name, MODEL, True) for name in (MODEL, *JOBS[0].outputs)}
    Path(SAMPLES).unlink()
    Path("r/last/samples.npy").unlink()
    assert lost(seen) == set(), "nothing is there and nobody has read it: a run that stopped"


@pytest.mark.parametrize("harm", [lambda text: text[:-9], lambda text: text.replace("a", "b")])
def test_a_damaged_record_is_lost(seen, harm):
    Path(MODEL).write_text(harm(Path(MODEL).read_text()))
    assert lost(seen) == {(MODEL, MODEL, False)}


def test_a_pipe_for_a_record_is_lost_and_not_opened(seen):
    Path(MODEL).unlink()
    os.mkfifo(MODEL)
    touch_changed(Path("r"))  # before every plan
    assert lost(seen) == {(MODEL, MODEL, False)}


def test_a_record_whose_inputs_are_no_paths_is_lost(seen):
    manifest = {"outputs": {}, "inputs": {"model": {"path": ["r/model"], "sha256": []}}}
    write_json(Path(MODEL), manifest)
    assert lost(seen) == {(MODEL, MODEL, False)}


def test_a_file_is_read_again_only_if_its_state_changed(seen, monkeypatch):
    read = []
    monkeypatch.setattr("deepgen.engine.repair.sha256", lambda p: read.append(str(p)) or sha256(p))
    lost(seen)
    seen.save()
    assert len(read) == 3
    again = Seen(Path("seen.json"))
    assert lost(again) == set()
    assert len(read) == 3
    os.utime("r/model")
    lost(again)
    assert read[3:] == ["r/model"]


@pytest.mark.parametrize("text", ["", "[1]", '{"r/model": 3, "r/history.csv": [1, 2, 3, 4]}'])
def test_a_damaged_memory_only_costs_reading(seen, text):
    Path("seen.json").write_text(text)
    assert lost(Seen(Path("seen.json"))) == set()


def test_an_altered_file_is_kept_before_its_job_runs_and_no_other(seen):
    Path("r/history.csv").write_text("my numbers")
    Path("r/last/samples.npy").write_text("mine, too")
    Path("r/model").unlink()
    repair = Repair(JOBS, seen)
    repair.set_aside([SimpleNamespace(output=[MODEL, *JOBS[0].outputs])])
    (aside,) = Path("r").rglob("*.altered-*")
    assert aside.read_text() == "my numbers"
    assert aside.name.startswith("history.csv.altered-")
    assert not Path("r/history.csv").exists()
    assert Path("r/last/samples.npy").read_text() == "mine, too"


def test_an_altered_file_that_cannot_be_kept_is_not_replaced(seen):
    Path("r/history.csv").write_text("my numbers")
    repair = Repair(JOBS, seen)
    Path(repair.lost[0].aside).mkdir()  # in the way
    with pytest.raises(DeepgenError, match=r"^r/history.csv was altered, and cannot be kept as "):
        repair.set_aside([SimpleNamespace(output=[MODEL])])
    assert Path("r/history.csv").read_text() == "my numbers"


def test_another_snakemake_plans_without_looking_for_what_is_lost(capsys):
    assert look_for_lost(SimpleNamespace(), None) == []
    assert capsys.readouterr().err.startswith("deepgen: this Snakemake is another")


def test_what_is_told_names_the_file_and_where_it_is_kept():
    assert str(Lost("r/a", "r/x")) == "r/a is missing: a run makes it again"
    assert "keeps it as a.altered-01234567 " in str(Lost("r/a", "r/x", "0123456789"))


@pytest.fixture(scope="module")
def laptop():
    return Plan(load_config(ROOT / "config/laptop.yaml"))


def test_targets_stand_for_their_experiments_and_data(laptop):
    everybody = {job.owner for job in planned_jobs(laptop).values()}
    results = f"results/{laptop.run}"
    for targets in (
        [],
        ["all"],
        [f"{results}/report/index.html"],
        [f"{results}/report/gan2014.html"],
    ):
        assert owners_of(laptop, targets) == everybody
    assert owners_of(laptop, ["lfw_small"]) == {"lfw-small", "data/lfw"}
    figure = f"{results}/report/figures/lfw-small/previews.png"
    assert owners_of(laptop, [figure]) == {"lfw-small", "data/lfw"}
    assert owners_of(laptop, ["data/raw/lfw/fetch.prov.json"]) == {"data/lfw"}
    found = owners_of(laptop, [f"{results}/lfw-cae/seed-1/history.csv"])
    assert found == {"lfw-cae", "lfw-cae-layer1", "data/lfw"}


def test_every_job_has_a_record_of_its_own_beside_its_outputs(laptop):
    jobs = list(planned_jobs(laptop).values())
    outputs = [name for job in jobs for name in job.outputs]
    assert len(set(outputs)) == len(outputs)
    for job in jobs:
        assert all(Path(name).is_relative_to(Path(job.record).parent) for name in job.outputs)
