"""Table 2: the paper's words, and times against hand computation."""

from made_costs import EXPERIMENTS, history, manifest
from made_scores import ROWS, SCORES, table_of

from deepgen.papers.gan2014.table2 import table2_printed
from deepgen.report.costs import costs
from deepgen.report.printed import DASH, to_latex


def _job(seconds, **settings):
    return {"notes": {"seconds": seconds}, "settings": settings}


def _measured(manifests, histories, experiments=EXPERIMENTS):
    table = table_of(ROWS, SCORES)
    told = costs(histories, manifests, experiments)
    return table2_printed(told, manifests, table, experiments)[1]


def test_the_papers_table_is_quoted_whole():
    quoted = table2_printed(costs({}, {}, {}), {}, table_of([], []), {})[0]
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
    assert [cell.text for cell in mnist.cells] == [
        *("1.00 (wall)", "10 to 20", "225 (wall)", "0.300 (wall)", "0.500 (wall)")
    ]
    assert mnist.cells[4].sources == ("mnist/seed-1/selected/parzen.prov.json",)
    assert mnist.cells[1].sources[1] == "mnist/seed-2/history.csv"
    assert [cell.text for cell in lfw.cells] == [DASH] * 5
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
        return [cell.text for cell in row.cells][:4]

    assert cells() == ["1.00", "10", "360", "0.100"]
    for one in manifests.values():
        one["machine"] = {"device": "cuda", "gpu": "A GPU", "threads": 1}
    assert cells() == ["2.00 (wall)", "10", "720 (wall)", "0.200 (wall)"]


def test_artefacts_without_times_give_dashes():
    old = {"notes": None, "settings": {"num_samples": 10}}
    labels = ("mnist/seed-1/selected/sample", "mnist/seed-1/selected/parzen")
    part = _measured(dict.fromkeys(labels, old), {("mnist", 1): history(8)})
    assert [cell.text for cell in part.blocks[0].rows[0].cells] == [DASH, "8", DASH, DASH, DASH]
