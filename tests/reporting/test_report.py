"""The report: complete, self-contained, safe, honest about budgets and edges."""

import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from test_tables import ROWS, SCORES

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.reporting.machines import jobs_of, machines
from deepgen.reporting.runs import runs, training_sentences
from deepgen.stages.report import report
from deepgen.stages.table import table

HOSTILE = "<script>alert(1)</script>"


class _References(HTMLParser):
    """Collects tags, and the addresses of src and href by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [(tag, v) for k, v in attributes if k in ("src", "href")]
        self.ids += [v for k, v in attributes if k == "id"]


def _history(epochs):
    epoch = np.arange(1, epochs + 1)
    scores = np.where(epoch % 2 == 0, 100.0 + epoch, np.nan)
    scores[-1] = 90.0
    return pd.DataFrame(
        {"epoch": epoch, "loss_model": 1.25, "loss_objective": 0.5, "selection_score": scores}
    )


@pytest.fixture
def material(tmp_path):
    """Inputs and settings of a small run, laid out as Snakemake lays them."""
    base = tmp_path / "results" / "quick" / "report"
    paths = []
    for number, score in enumerate(SCORES):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(score))
    table(paths, base / "tables", {"rows": ROWS})
    inputs = {"table1": base / "tables" / "table1.csv"}
    for name in ("figure2a", "figure3", "sigma_curve"):
        path = base / "figures" / "mnist" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        figure, _ = style.picture_figure(np.zeros((1, 2, 4, 4, 1)))
        style.save(figure, path, "png")
        path.with_suffix(".txt").write_text(f"Caption of {name} {HOSTILE}\n")
        inputs[f"figure:mnist/{name}"] = path
        inputs[f"caption:mnist/{name}"] = path.with_suffix(".txt")
    for seed in (1, 2):
        path = tmp_path / f"history-{seed}.csv"
        _history(5 if seed == 1 else 4).to_csv(path, index=False)
        inputs[f"history:mnist/seed-{seed}"] = path
        path = tmp_path / f"train-{seed}.prov.json"
        path.write_text(json.dumps(_manifest(seed)))
        inputs[f"provenance:mnist/seed-{seed}/train"] = path
    experiment = {
        "title": "Adversarial nets",
        "dataset_title": "MNIST",
        "dataset_citation": "LeCun et al. 1998",
        "dataset_licence": "CC BY-SA 3.0",
        "settings": {
            "dataset": "mnist",
            "model": {"generator": [{"kind": "relu", "units": 1200, "irange": 0.05}]},
            "training": {
                "epochs": 5,
                "optimiser": {"learning_rate": 0.1},
                "selection": {"rule": "validation_parzen", "every": 2},
            },
        },
        "full_budget": 1500,
        "figures": ["mnist/sigma_curve", "mnist/figure2a", "mnist/figure3"],
    }
    path = tmp_path / "fetch.prov.json"
    path.write_text(
        json.dumps({"stage": "fetch", "notes": {"train.gz": "https://mirror/train.gz"}})
    )
    inputs["provenance:data/raw/mnist/fetch"] = path
    settings = {"run": "quick", "title": "Generative Adversarial Nets"}
    return inputs, settings | {"experiments": {"mnist": experiment}}


def _manifest(seed):
    return {
        "stage": "train",
        "seed": seed,
        # Only the second training tells its whole time
        "notes": None if seed == 1 else {"training_seconds": 4000.0},
        "machine": {
            "host": "secret-host",
            "processor": "A Fast Processor",
            "device": "cpu",
            "gpu": None,
            "threads": 1,
            "python": "3.12.1",
            "platform": "Linux",
            "packages": {"torch": "2.9.1"},
        },
        "run": {
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 754.0,
            "git": "0123456789abcdef0123456789abcdef01234567+changes",
        },
        "outputs": {},
    }


def test_report_is_complete(material, tmp_path):
    inputs, settings = material
    # Jobs write into a hidden folder beside the published files
    out = inputs["table1"].parents[1] / ".report-abc"
    report(inputs, out, settings)
    assert sorted(p.name for p in out.iterdir()) == ["index.html", "mnist.html", "runs.csv"]
    index, page = ((out / f"{n}.html").read_text() for n in ("index", "mnist"))
    spaced = index.replace("\u00a0", " ")
    assert "222.0 ± 2.0 (examples) ± 2.0 (seeds, n = 2)" in spaced
    assert "225 ± 2 (examples)" in spaced
    assert "Figure 2a of the paper, rebuilt." in index
    assert "On the edge of its grid" in index
    assert "Theis et al. (2015)" in index
    assert "rebuilds Table 1, Figures 2a and 3, for MNIST, of" in index
    for text in (index, page):
        assert _References(text).ids == ["mnist/figure2a", "mnist/figure3", "mnist/sigma_curve"]
        assert "ran 4 to 5 epochs of a budget of 5; 1 of them stopped early" in text
        assert "The experiment file has a budget of 1,500" in text
        assert "best Parzen score on validation images, scored every 2 epochs" in text
        assert "optimiser.learning_rate" in text
        assert "kind relu, units 1200, irange 0.05" in text
        assert "https://mirror/train.gz" in text
        assert "A Fast Processor" in text
        assert "2.9.1" in text
        assert "0123456789ab+changes" in text.replace("</code>", "")
        assert "1 h 19 min, 2 jobs" in text
        assert "<td>CPU</td>" in text
        assert "secret-host" not in text
    assert "<details>\n<summary>Settings" in index


def test_training_sentences_follow_the_budgets_and_the_rule(material):
    _, settings = material
    experiment = settings["experiments"]["mnist"] | {"full_budget": 5}
    histories = {("mnist", seed): _history(5) for seed in (1, 2)}
    text = training_sentences("mnist", experiment, runs(histories, {"mnist": experiment}))
    assert text.startswith("The 2 trainings ran 5 epochs of a budget of 5. The selected")
    experiment["settings"]["training"] |= {"epochs": 9, "selection": {"rule": "last"}}
    text = training_sentences("mnist", experiment, runs(histories, {"mnist": experiment}))
    assert "9; all of them stopped early" in text
    assert text.endswith("The selected checkpoint is the last checkpoint.")


def test_machines_tell_the_devices_that_were_used():
    manifests = {f"mnist/seed-{seed}/train": _manifest(seed) for seed in (1, 2)}
    manifests["mnist/seed-2/train"]["machine"] |= {"device": "cuda", "gpu": "A GPU"}
    manifests["other/seed-1/train"] = _manifest(1)
    (machine,) = machines(jobs_of(manifests, ("mnist",)))
    assert machine["devices"] == ["CPU", "GPU (A GPU)"]
    assert machine["stages"]["train"]["jobs"] == 2
    # The first has no notes, so its own run counts
    assert machine["stages"]["train"]["seconds"] == 754 + 4000


def test_report_needs_no_other_file_and_links_only_beside_itself(material, tmp_path):
    inputs, settings = material
    report(inputs, tmp_path / "out", settings)
    root = inputs["table1"].parents[1]
    cited = ("https://arxiv.org/",)
    for name in ("index", "mnist"):
        found = _References((tmp_path / "out" / f"{name}.html").read_text())
        assert "script" not in found.tags
        for tag, address in found.addresses:
            if tag != "a":
                assert address.startswith("data:")
            elif address.endswith((".pdf", ".tex")):
                assert (root / address).parent.is_dir()
            else:
                assert not address.startswith(("http", "/")) or address.startswith(cited)
        if name == "index":
            assert ("a", "figures/mnist/figure2a.pdf") in found.addresses


def test_hostile_titles_are_only_text(material, tmp_path):
    inputs, settings = material
    settings["title"] = settings["run"] = HOSTILE
    settings["experiments"]["mnist"]["title"] = HOSTILE
    settings["experiments"]["mnist"]["settings"]["dataset"] = HOSTILE
    report(inputs, tmp_path / "out", settings)
    for name in ("index", "mnist"):
        text = (tmp_path / "out" / f"{name}.html").read_text()
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_runs_csv_keeps_every_training(material, tmp_path):
    inputs, settings = material
    report(inputs, tmp_path / "out", settings)
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    assert runs["seed"].tolist() == [1, 2]
    assert runs["epochs"].tolist() == [5, 4]
    assert runs["budget"].tolist() == [5, 5]
    assert runs["best_epoch"].tolist() == [4, 2]
    assert runs["best_validation_score"].tolist() == [104, 102]
    assert runs["final_loss_model"].tolist() == [1.25, 1.25]


def test_wrong_inputs_are_named(material, tmp_path):
    inputs, settings = material
    for kind in ("figure", "caption"):
        without = {r: path for r, path in inputs.items() if r != f"{kind}:mnist/figure3"}
        with pytest.raises(DeepgenError, match=f"needs the {kind}s mnist/figure3"):
            report(without, tmp_path / "out", settings)
    with pytest.raises(DeepgenError, match="does not know the training 'other/seed-1'"):
        report(
            inputs | {"history:other/seed-1": tmp_path / "history-1.csv"},
            tmp_path / "out",
            settings,
        )
    inputs["figure:mnist/figure2a"].write_bytes(b"no image")
    with pytest.raises(DeepgenError, match=r"figure2a\.png is damaged \(not a PNG\)"):
        report(inputs, tmp_path / "out", settings)
