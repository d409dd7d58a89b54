"""`deepgen ledger`: records what is finished and current, and nothing else."""

import fcntl
import json

import pytest
import yaml

from deepgen.files import sha256

STAGES = 14
SELECTED = "results/tiny/digits/seed-1/selected"


def test_every_finished_job_is_recorded(checkout):
    assert f"{STAGES} of {STAGES} stages recorded, 0 unchanged" in checkout.said
    assert "git add dvc.yaml dvc.lock" in checkout.said
    lock = yaml.safe_load((checkout.root / "dvc.lock").read_text())["stages"]
    made = json.loads((checkout.root / f"{SELECTED}/parzen.prov.json").read_text())
    name = "digits--seed-1--selected--parzen"
    assert lock[name]["params"]["results/tiny/identity.json"] == {
        name: {key: made[key] for key in ("stage", "settings", "code")}
    }


def test_recording_again_changes_nothing(checkout):
    before = {name: sha256(checkout.root / name) for name in ("dvc.yaml", "dvc.lock")}
    said = checkout.deepgen("ledger")
    assert f"0 of {STAGES} stages recorded, {STAGES} unchanged" in said
    assert "git add" not in said
    assert {name: sha256(checkout.root / name) for name in before} == before


def test_what_is_unfinished_or_stale_is_left_out(checkout):
    before = (checkout.root / "dvc.lock").read_bytes()
    table = checkout.root / "results/tiny/report/tables/parzen.md"
    sigma = checkout.root / f"{SELECTED}/sigma.json"
    kept = table.read_bytes(), sigma.read_bytes()
    try:
        table.unlink()
        sigma.write_bytes(kept[1] + b" ")  # makes the score from it stale, too
        with checkout.configured(lambda c: c["training"].update(epochs=3)):  # and its curves
            said = checkout.deepgen("ledger")
    finally:
        table.write_bytes(kept[0])
        sigma.write_bytes(kept[1])
    assert f"{STAGES - 4} unchanged, 1 not finished, 3 not current" in said
    assert (checkout.root / "dvc.lock").read_bytes() == before


def test_nothing_happens_when_dvc_started_it(checkout):
    assert "nothing recorded: DVC started this" in checkout.deepgen("ledger", DVC_STAGE="x")


def test_nothing_happens_without_dvc(checkout):
    code = (
        "from pathlib import Path; import deepgen.engine.ledger.record as r; "
        "r.find_dvc = lambda: None; r.record(Path('config/tiny.yaml')); print('went on')"
    )
    said = checkout.python(code)
    assert "nothing recorded: DVC is not installed" in said
    assert "went on" in said


def test_nothing_happens_if_the_run_says_so(checkout):
    path = checkout.root / "config/tiny.yaml"
    before = path.read_text()
    path.write_text(before + "ledger: false\n")
    try:
        assert "nothing recorded: the run tiny has ledger: false" in checkout.deepgen("ledger")
    finally:
        path.write_text(before)


def test_another_dvc_at_work_is_one_line(checkout):
    with open(checkout.root / ".dvc/tmp/lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = checkout.deepgen("ledger")
    assert "another dvc is at work" in said
    assert not checkout.output("git", "status", "--porcelain")


def test_the_ledger_of_another_run_is_not_overwritten(checkout):
    result = checkout.command(
        "python", "-m", "deepgen.cli", "ledger", "--configfile", "config/quick.yaml"
    )
    assert result.returncode == 1
    assert "describes the run tiny" in result.stderr
    assert not checkout.output("git", "status", "--porcelain")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("run='tiny'", "the ledger was not brought up to date: dvc.lock is damaged"),
        ("run='tiny', ledger=False", ""),
        ("run='quick'", ""),
    ],
)
def test_a_finished_run_never_fails_for_the_ledger(checkout, run, said):
    lock = checkout.root / "dvc.lock"
    before = lock.read_bytes()
    lock.write_text("stages: [")
    try:
        output = checkout.python(
            "from deepgen.engine.ledger.record import record_after_success; "
            "from deepgen.settings import Run; "
            f"record_after_success(Run(experiments=['digits'], {run}))"
        )
    finally:
        lock.write_bytes(before)
    assert said in output
    assert bool(said) == bool(output)


def test_dvc_shows_scores_and_curves(checkout, tmp_path):
    metrics = json.loads(checkout.output("dvc", "metrics", "show", "--json"))
    shown = metrics[""]["data"][f"{SELECTED}/parzen.json"]["data"]["parzen, fine sigma"]
    written = json.loads((checkout.root / f"{SELECTED}/parzen.json").read_text())
    assert shown["log_likelihood"] == written["parzen, fine sigma"]["log_likelihood"]
    checkout.output("dvc", "plots", "show", "--out", str(tmp_path))
    page = (tmp_path / "index.html").read_text()
    assert "seed-1/history.csv" in page
    assert "selected/sigma_grid.csv" in page


def test_dvc_may_start_snakemake(checkout):
    table = checkout.root / "results/tiny/report/tables/parzen.csv"
    before = table.read_bytes()
    table.unlink()
    checkout.output("dvc", "repro", "--single-item", "report--tables--tables")
    assert table.read_bytes() == before
    assert not checkout.output("git", "status", "--porcelain")
