"""Log-likelihoods: what never shares a column, seeds, and errors that all images share."""

import pytest
from made_scores import likelihood, row

from deepgen.errors import DeepgenError
from deepgen.report.likelihoods import likelihoods_printed
from deepgen.report.long_form import FORMS, long_form
from deepgen.report.printed import to_latex, to_markdown

DISCRETE = {
    "scale": "probability of discrete images",
    "treatment": "bytes as probabilities of white",
    "bits_per_dimension": 0.2,
}


def entry(model, content, seed=1, selection="selected", dataset="MNIST"):
    experiment = model.lower().replace(" ", "-")
    names = row(selection, seed, model, experiment=experiment) | {"dataset": dataset}
    return names, "likelihood", content


def printed(*entries):
    (part,) = likelihoods_printed(long_form("likelihoods", list(entries)))
    return part


def cells(part):
    return {
        line.label: dict(zip(part.columns[1:], (cell.text for cell in line.cells), strict=True))
        for line in part.blocks[0].rows
    }


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "lower bound", "num_samples": 50},
        {"kind": "estimate", "num_samples": 1000},
    ],
)
def test_another_kind_never_shares_a_column(other):
    part = printed(entry("Flow", likelihood(900.0)), entry("Other", likelihood(800.0, **other)))
    assert len(part.columns) == 5
    for line in part.blocks[0].rows:
        assert sum(cell.text != "–" for cell in line.cells) == 2
    flow, second = (list(found.values()) for found in cells(part).values())
    assert [a == "–" for a in flow] == [b != "–" for b in second]


@pytest.mark.parametrize(
    "other", [{"scale": "probability of discrete images"}, {"treatment": "bytes / 255"}]
)
def test_another_scale_or_treatment_never_shares_a_table(other):
    entries = [
        entry("Flow", likelihood(900.0)),
        entry("Other", likelihood(800.0, **other)),
        entry("Flow", likelihood(500.0), dataset="Olivetti"),
        entry("Mixture", likelihood(850.0)),
    ]
    flow, second, olivetti = likelihoods_printed(long_form("likelihoods", entries))
    assert list(cells(flow)) == ["Flow, selected checkpoint", "Mixture, selected checkpoint"]
    assert list(cells(second)) == ["Other, selected checkpoint"]
    assert next(iter(other.values())) in second.title
    assert list(cells(olivetti)) == ["Flow, selected checkpoint"]


def test_equal_kinds_share_a_column_and_densities_have_their_bits_beside():
    flows = printed(
        entry("Flow", likelihood(1234.5)),
        entry("Mixture", likelihood(800.0, bits_per_dimension=2.25)),
    )
    bits = "The same in bits per dimension"
    assert flows.columns == ["Model", "Exact (nats)", bits]
    assert flows.title == (
        "Log-likelihood of the test images of MNIST: density over pixels in [0, 1]; bytes with "
        "uniform noise between levels"
    )
    texts = {line.label: [cell.text for cell in line.cells] for line in flows.blocks[0].rows}
    assert texts["Flow, selected checkpoint"] == ["1,234.50 ± 0.25 (examples)", "1.500"]
    assert texts["Mixture, selected checkpoint"][1] == "2.250"
    machines = printed(
        entry("RBM", likelihood(-86.0, **DISCRETE, kind="estimate")),
        entry("Bare", likelihood(-90.0, **DISCRETE)),
    )
    assert machines.columns == ["Model", "Exact (nats)", "Estimate (nats)"]
    texts = {line.label: [cell.text for cell in line.cells] for line in machines.blocks[0].rows}
    assert texts["RBM, selected checkpoint"] == ["–", "−86.00 ± 0.25 (examples)"]
    assert texts["Bare, selected checkpoint"] == ["−90.00 ± 0.25 (examples)", "–"]


def test_seeds_are_averaged_and_keep_both_errors_and_their_files():
    interval = {"interval": [-0.5, 0.25], "kind": "estimate"}
    table = long_form(
        "likelihoods",
        [
            entry("RBM", likelihood(-86.0, **interval), seed=1),
            entry("RBM", likelihood(-88.0, **interval | {"interval": [-0.25, 0.5]}), seed=2),
            entry("RBM", likelihood(-95.0, **interval), seed=1, selection="last"),
        ],
    )
    assert list(table.columns) == FORMS["likelihoods"].columns
    mine = table[table["selection"] == "selected"]
    assert mine["log_likelihood"].tolist() == [-87.0] * 2
    assert mine["standard_error_over"].tolist() == ["examples", "seeds"]
    # std of (-86, -88) with ddof 1 is sqrt(2); over sqrt(2) seeds it is 1
    assert mine["standard_error"].tolist() == pytest.approx([0.25, 1.0])
    assert mine["interval_low"].tolist() == [-0.375] * 2
    files = ";".join(f"rbm/seed-{seed}/selected/likelihood.json" for seed in (1, 2))
    assert set(mine["source"]) == {files}
    (part,) = likelihoods_printed(table)
    chosen, last = part.blocks[0].rows
    assert chosen.cells[0].text == (
        "−87.00 ± 0.25 (examples) ± 1.00 (seeds, n = 2); shared −0.38 to +0.38"
    )
    assert chosen.cells[0].sources == chosen.cells[1].sources == tuple(files.split(";"))
    assert last.label == "RBM, last checkpoint"


def test_an_error_that_all_images_share_stands_apart_and_is_explained():
    part = printed(entry("RBM", likelihood(-86.0, interval=[-0.5, 0.25])))
    (text, _) = cells(part)["RBM, selected checkpoint"].values()
    assert text == "−86.00 ± 0.25 (examples); shared −0.50 to +0.25"
    assert any(note.startswith("Shared: ") for note in part.notes)
    without = printed(entry("Flow", likelihood(900.0)))
    assert "shared" not in to_markdown([without]).lower()


def test_notes_say_what_a_number_can_be_compared_with():
    bound = {"kind": "lower bound", "num_samples": 5000}
    part = printed(
        entry("VAE", likelihood(-86.0, **bound, draws=3, spread_over_draws=0.0312)),
        entry("Flow", likelihood(900.0)),
    )
    text = " ".join(part.notes)
    assert "Exact: the model's own likelihood" in text
    assert "the likelihood is this or higher" in text
    assert "Estimate:" not in text
    assert "Numbers compare within a column only, and never with a Parzen score." in text
    assert part.notes[-1] == (
        "VAE, selected checkpoint: lower bound, from 5,000 samples an image; mean of 3 draws of "
        "the noise, whose means have a standard deviation of 0.031 nats."
    )


def test_two_estimators_of_one_kind_have_columns_of_their_own():
    both = {
        "forward": likelihood(-86.0, kind="estimate")["direct"],
        "reverse": likelihood(-87.0, kind="estimate")["direct"],
    }
    chain = likelihood(-99.0, kind="lower bound", num_samples=500)["direct"]
    part = printed(entry("RBM", both | {"csl": chain}), entry("Flow", likelihood(900.0)))
    names = [column.partition(" (nats)")[0] for column in part.columns if "(nats)" in column]
    assert names == [
        "Exact",
        "Lower bound, CSL",
        "Estimate, AIS, forward",
        "Estimate, AIS, reverse",
    ]
    texts = {line.label: [cell.text for cell in line.cells] for line in part.blocks[0].rows}
    mine = [text for text in texts["RBM, selected checkpoint"] if "±" in text]
    assert [text.split()[0] for text in mine] == ["−99.00", "−86.00", "−87.00"]
    assert "AIS, reverse: " in " ".join(part.notes)
    assert "lower bound, CSL, from 500 states, shared by all images." in " ".join(part.notes)


def test_each_data_set_has_a_table():
    tables = likelihoods_printed(
        long_form(
            "likelihoods",
            [
                entry("Flow", likelihood(900.0)),
                entry("Flow", likelihood(500.0), dataset="Olivetti"),
            ],
        )
    )
    assert [table.title.partition(":")[0] for table in tables] == [
        f"Log-likelihood of the test images of {name}" for name in ("MNIST", "Olivetti")
    ]
    assert to_latex(tables).isascii()


def test_a_result_that_does_not_say_what_it_is_is_refused():
    content = likelihood(1.0)
    del content["direct"]["kind"]
    with pytest.raises(DeepgenError, match="a score of Flow on MNIST lacks 'kind'"):
        long_form("likelihoods", [entry("Flow", content)])
