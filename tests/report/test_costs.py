"""What trainings cost: from histories and manifests, with gaps where these tell nothing."""

import pytest
from made_costs import EXPERIMENTS, history, manifest

from deepgen.report.costs import COLUMNS, costs, costs_printed
from deepgen.report.printed import DASH


@pytest.fixture
def table():
    histories = {("lfw-pretrain", 1): history(50), ("lfw", 1): history(22)}
    histories |= {("mnist", 10): history(8), ("mnist", 2): history(4)}
    told = {
        "training_seconds": 7200.0,
        "processor_seconds": 3600.0,
        "peak_memory_bytes": 3 * 2**30,
        "parameters": {"model": 2_500_000, "objective": 1_230_000},
        "checkpoint_bytes": 10_000_000,
    }
    gpu = manifest(**told) | {"machine": {"device": "cuda", "gpu": "A GPU", "threads": 1}}
    manifests = {
        "mnist/seed-2/train": manifest(**told),
        "mnist/seed-10/train": manifest(training_seconds=80.0),
        "lfw/seed-1/train": gpu,
        "lfw-pretrain/seed-1/train": manifest(),
    }
    return costs(histories, manifests, EXPERIMENTS)


def test_one_row_a_training_in_the_reports_order(table):
    assert list(table.columns) == ["experiment", "seed", *COLUMNS]
    names = list(zip(table["experiment"], table["seed"], strict=True))
    assert names == [("mnist", 2), ("mnist", 10), ("lfw", 1), ("lfw-pretrain", 1)]


def test_units(table):
    row = table.iloc[0]
    assert row["epochs"] == 4
    assert row["updates"] == 2000
    assert row["hours"] == 2.0
    assert row["seconds_per_epoch"] == 1800.0
    assert (row["processor_hours"], row["processor_seconds_per_epoch"]) == (1.0, 900.0)
    assert table["processor_hours"].notna().tolist() == [True, False, False, False]  # not of a GPU
    assert row["peak_memory_gib"] == 3.0
    assert row["parameters_model"] == 2_500_000
    assert row["checkpoint_mb"] == 10.0
    assert table["device"].tolist() == ["CPU, 2 threads"] * 2 + ["GPU (A GPU)", "CPU, 2 threads"]


def test_what_a_manifest_does_not_tell_is_a_dash_without_a_link(table):
    rows = {row.label: row.cells for row in costs_printed(table, EXPERIMENTS).blocks[0].rows}
    assert list(rows)[2:] == ["LFW faces, Adversarial nets, seed 1", "lfw-pretrain, seed 1"]
    full = rows["MNIST, Adversarial nets, seed 2"]
    assert [cell.text for cell in full[:10]] == [
        "4", "2,000", "2.00", "1.00", "1,800", "900", "3.00", "2.50", "1.23", "10.0",
    ]  # fmt: skip
    assert full[0].sources == ("mnist/seed-2/history.csv",)
    assert full[2].sources == ("mnist/seed-2/train.prov.json",)
    old = rows["lfw-pretrain, seed 1"]
    assert [cell.text for cell in old] == ["50", "25,000", *[DASH] * 8, "CPU, 2 threads"]
    assert not any(cell.sources for cell in old[2:10])


def test_a_training_without_a_manifest_still_counts_its_epochs():
    bare = costs({("mnist", 1): history(3).drop(columns="update")}, {}, EXPERIMENTS)
    (row,) = costs_printed(bare, EXPERIMENTS).blocks[0].rows
    assert [cell.text for cell in row.cells] == ["3", *[DASH] * 10]
    assert costs_printed(costs({}, {}, {}), {}).blocks[0].rows == []


def test_an_objective_without_networks_has_no_parameters():
    manifests = {"mnist/seed-1/train": manifest(parameters={"model": 2_000_000})}
    table = costs({("mnist", 1): history(3)}, manifests, EXPERIMENTS)
    assert table["parameters_objective"].tolist() == [0]
    printed = costs_printed(table, EXPERIMENTS)
    cells = dict(zip(printed.columns[1:], printed.blocks[0].rows[0].cells, strict=True))
    assert cells["Parameters of the model (millions)"].text == "2.00"
    assert cells["Parameters of the objective (millions)"].text == "0"
