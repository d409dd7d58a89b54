"""Table 2: the paper's words, times against hand computation, and what is known of p(x)."""

import pytest
from made_costs import EXPERIMENTS, history, manifest
from made_scores import ROWS, SCORES, likelihood, row, sampling, table_of

from deepgen.papers.gan2014.table2 import CLAIM, FAMILIES, table2_printed
from deepgen.report.costs import costs
from deepgen.report.long_form import Measured, long_form
from deepgen.report.printed import DASH, to_latex


def _job(seconds, **settings):
    return {"notes": {"seconds": seconds}, "settings": settings}


def _made(parzen, likely=(), ways=()):
    others = {"likelihoods": likely, "scores": (), "parzen_spread": (), "sampling": ways}
    return Measured(parzen, *(long_form(name, list(found)) for name, found in others.items()))


def _measured(manifests, histories, experiments=EXPERIMENTS, **found):
    told = costs(histories, manifests, experiments)
    made = _made(table_of(ROWS, SCORES), **found)
    return table2_printed(told, manifests, made, experiments)[1]


def _times(row):
    """Hours, epochs, seconds an epoch and a thousand samples, and the last column."""
    return [row.cells[i].text for i in (1, 2, 3, 4, -1)]


def test_the_papers_table_is_quoted_whole():
    quoted = table2_printed(costs({}, {}, {}), {}, _made(table_of([], [])), {})[0]
    assert quoted.columns[1:] == [
        "Deep directed graphical models",
        "Deep undirected graphical models",
        "Generative autoencoders",
        "Adversarial models",
    ]
    rows = {row.label: [cell.text for cell in row.cells] for row in quoted.blocks[0].rows}
    assert list(rows) == ["Training", "Inference", "Sampling", "Evaluating p(x)", "Model design"]
    assert all(len(texts) == 4 and all(texts) for texts in rows.values())
    adversarial = [texts[3] for texts in rows.values()]
    assert adversarial == [
        "Synchronizing the discriminator with the generator. Helvetica.",
        "Learned approximate inference",
        "No difficulties",
        "Not explicitly represented, may be approximated with Parzen density estimation",
        "Any differentiable function is theoretically permitted",
    ]
    assert quoted.notes[0].startswith("“Challenges in generative modeling: a summary of the")
    assert "Goodfellow et al." in quoted.notes[0]
    assert to_latex([quoted]).isascii()


def test_times_are_means_over_seeds_a_piece():
    manifests = {
        "mnist/seed-1/train": manifest(training_seconds=1800.0),
        "mnist/seed-2/train": manifest(training_seconds=5400.0),
        # 10,000 samples in 2 and 4 seconds; 10,000 test images in 5
        "mnist/seed-1/selected/sample": _job(2.0, num_samples=10_000),
        "mnist/seed-2/selected/sample": _job(4.0, num_samples=10_000),
        "mnist/seed-1/selected/parzen": _job(5.0),
        "mnist/seed-1/last/parzen": _job(500.0),
    }
    part = _measured(manifests, {("mnist", 1): history(10), ("mnist", 2): history(20)})
    mnist, lfw = part.blocks[0].rows
    # Seconds an epoch: 180 and 270
    assert _times(mnist) == [
        *("1.00 (wall)", "10 to 20", "225 (wall)", "0.300 (wall)", "0.500 (wall)")
    ]
    assert mnist.cells[-1].sources == ("mnist/seed-1/selected/parzen.prov.json",)
    assert mnist.cells[2].sources[1] == "mnist/seed-2/history.csv"
    assert [cell.text for cell in lfw.cells] == [DASH] * 10
    assert any("not recorded" in note for note in part.notes)
    assert any("first phase (lfw-pretrain)" in note for note in part.notes)


def test_processor_time_is_preferred_but_not_of_a_gpu():
    training = manifest(training_seconds=7200.0, processor_seconds=3600.0)
    drawn = _job(2.0, num_samples=10_000)
    drawn["notes"] |= {"processor_seconds": 1.0}
    manifests = {"mnist/seed-1/train": training, "mnist/seed-1/selected/sample": drawn}
    histories = {("mnist", 1): history(10)}

    def cells():
        row = _measured(manifests, histories).blocks[0].rows[0]
        return _times(row)[:4]

    assert cells() == ["1.00", "10", "360", "0.100"]
    for one in manifests.values():
        one["machine"] = {"device": "cuda", "gpu": "A GPU", "threads": 1}
    assert cells() == ["2.00 (wall)", "10", "720 (wall)", "0.200 (wall)"]


def test_artefacts_without_times_give_dashes():
    old = {"notes": None, "settings": {"num_samples": 10}}
    labels = ("mnist/seed-1/selected/sample", "mnist/seed-1/selected/parzen")
    part = _measured(dict.fromkeys(labels, old), {("mnist", 1): history(8)})
    assert _times(part.blocks[0].rows[0]) == [DASH, "8", DASH, DASH, DASH]


RIVAL = {"title": "DBN (ours)", "dataset_title": "MNIST", "settings": {}}


def _rival(kinds, **found):
    """Cells of a rival's row by their headings, and the notes."""
    part = _measured({}, {}, {"dbn": RIVAL | {"kinds": kinds}}, **found)
    (line,) = part.blocks[0].rows
    headings = part.columns[1:]
    return dict(zip(headings, line.cells, strict=True)), part.notes


@pytest.mark.parametrize(
    ("kinds", "column"),
    [
        ([], DASH),
        *(([kind], title) for kind, title in FAMILIES.items()),
        (
            ["undirected", "directed"],
            "Deep undirected graphical models; a hybrid with deep directed graphical models",
        ),
    ],
)
def test_a_family_says_which_column_of_the_papers_it_belongs_to(kinds, column):
    cells, notes = _rival(kinds)
    assert cells["Column above"].text == column
    assert any("A hybrid" in note for note in notes) == (len(kinds) == 2)


OWN = row("selected", 1, "DBN (ours)", experiment="dbn")


def test_samples_are_as_independent_as_the_first_way_of_drawing_them():
    ways = ("means, every 50 steps (as set)", 120.0, 125.0, 0.5), ("draws", -10.0, -5.0, 0.25)
    cells, notes = _rival([], ways=[(OWN, "sampling", sampling(*ways))])
    assert cells["Autocorrelation of successive samples"].text == "0.500 ± 0.004"
    assert cells["Effective samples of 10,000"].text == "3,333"
    source = ("dbn/seed-1/selected/sampling.json",)
    assert cells["Effective samples of 10,000"].sources == source
    assert any(CLAIM in note for note in notes)
    half = sampling(*ways)
    half["ways"][0]["autocorrelation"] |= {"effective_sample_size": 500.0}
    for result in half["ways"][0]["parzen"].values():
        result["num_samples"] = 1000
    cells, _ = _rival([], ways=[(OWN, "sampling", half)])
    assert cells["Effective samples of 10,000"].text == "5,000"
    assert not any(CLAIM in note for note in _rival([])[1])


def test_p_of_x_is_known_exactly_by_a_bound_by_ais_or_by_a_window_alone():
    def known(content):
        cells, notes = _rival([], likely=[(OWN, "likelihood", content)] if content else [])
        headings = "p(x) of test images", "Its error (nats)"
        return [cells[heading].text for heading in headings], notes

    assert known(likelihood(-85.0))[0] == ["exact", "± 0.250 (examples)"]
    bound = {"kind": "lower bound", "num_samples": 500}
    assert known(likelihood(-86.0, **bound))[0] == ["lower bound", "± 0.250 (examples)"]
    (of_ais,) = likelihood(-86.0, kind="estimate", interval=[-0.125, 0.25]).values()
    texts, notes = known({"forward": of_ais, "reverse": of_ais | {"interval": [-0.5, 1.0]}})
    assert texts == [
        "estimate, AIS forward and reverse",
        "forward: ± 0.250 (examples), shared −0.12 to +0.25; "
        "reverse: ± 0.250 (examples), shared −0.50 to +1.00",
    ]
    assert any("annealed importance sampling" in note for note in notes)
    texts, notes = known(None)
    assert texts == [DASH, DASH]
    assert not any("annealed importance sampling" in note for note in notes)
    part = _measured({}, {}, {"mnist": EXPERIMENTS["mnist"]})
    assert [cell.text for cell in part.blocks[0].rows[0].cells][7:9] == [
        "Parzen window only",
        "± 2.00 (examples) ± 2.00 (seeds)",
    ]
