"""The table of ways of drawing samples."""

from made_costs import manifest
from made_scores import row, sampling

from deepgen.report.long_form import long_form, to_csv
from deepgen.report.sampling import sampling_printed

SET, DRAWS = "means, every 50 steps (as set)", "draws, every 50 steps"
CHAINS = (SET, 120.0, 125.0, 0.5), (DRAWS, -10.0, -5.0, 0.25)
PLACE = "rbm/seed-1/selected"


def table(content=None, **other):
    own = row("selected", 1, "RBM", experiment="rbm")
    nets = sampling(("independent draws", 220.0, 224.0, 0.0004), chains=1, **other)
    results = [(own, "sampling", content or sampling(*CHAINS))]
    return long_form("sampling", [*results, (row("selected", 1), "sampling", nets)])


def texts(part):
    return {line.label: [cell.text for cell in line.cells] for line in part.blocks[0].rows}


def test_each_way_has_a_line_with_its_scores_and_its_independence():
    (part,) = sampling_printed(table())
    assert part.columns == [
        "Model, way of drawing",
        "Parzen, released default grid (nats)",
        "Parzen, fine sigma (nats)",
        "Autocorrelation, lag 1",
        "Autocorrelation, lag 10",
        "Effective samples",
    ]
    assert texts(part) == {
        f"RBM, {SET}": ["120.0 ± 2.0", "125.0 ± 2.0", "0.500 ± 0.004", "0.001", "3,333"],
        f"RBM, {DRAWS}": ["−10.0 ± 2.0", "−5.0 ± 2.0", "0.250 ± 0.004", "0.000", "6,000"],
        "Adversarial nets, independent draws": [
            *("220.0 ± 2.0", "224.0 ± 2.0", "0.000 ± 0.004", "0.000", "9,992")
        ],
    }
    assert part.blocks[0].rows[0].cells[2].sources == (f"{PLACE}/sampling.json",)
    assert "10,000 samples a way" in part.notes[0]
    assert "a jackknife over chains or runs" in part.notes[1]
    assert not any("Seconds" in note for note in part.notes)


def test_times_come_from_the_record_of_the_job_alone():
    ways = {SET: {"seconds": 30.0, "processor_seconds": 20.0}}
    (part,) = sampling_printed(table(), {f"{PLACE}/sampling": manifest(ways=ways, seconds=99.0)})
    assert part.columns[1] == "Seconds a thousand samples"
    first, second, third = part.blocks[0].rows
    assert (first.cells[0].text, second.cells[0].text, third.cells[0].text) == ("2.00", "–", "–")
    assert first.cells[0].sources == (f"{PLACE}/sampling.prov.json",)
    assert any("not recorded" in note for note in part.notes)
    on_gpu = manifest(ways=ways)
    on_gpu["machine"] |= {"device": "cuda", "gpu": "A GPU"}
    (part,) = sampling_printed(table(), {f"{PLACE}/sampling": on_gpu})
    assert part.blocks[0].rows[0].cells[0].text == "3.00 (wall)"


def test_the_long_form_has_a_row_a_way_and_estimator():
    lines = to_csv(table()).splitlines()
    assert len(lines) == 1 + 3 * 2
    header, first = (line.split(",") for line in (lines[0], lines[1].replace('"', "")))
    assert "seconds" not in lines[0]
    assert {"way", "estimator", "autocorrelation_1_error"} <= set(header)
    assert len(first) > len(header)  # names have commas


def test_without_such_a_score_there_is_no_table():
    assert sampling_printed(long_form("sampling", []), {}) == []
