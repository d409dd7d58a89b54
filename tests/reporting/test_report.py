"""The report: complete, in the order of the paper, self-contained, safe, honest about gaps."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from made_run import HOSTILE, MadeRun, experiment, history, manifest

from deepgen.errors import DeepgenError
from deepgen.reporting.machines import jobs_of, machines
from deepgen.reporting.runs import runs, training_sentences
from deepgen.stages.report import report
from deepgen.stages.table import table


class References(HTMLParser):
    """Collects tags, ids in their order, and the addresses of src and href by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [(tag, v) for k, v in attributes if k in ("src", "href")]
        self.ids += [v for k, v in attributes if k == "id"]


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def written(made, page):
    """The text of a page, made in a folder beside the published one, as jobs do."""
    inputs, settings = made.index() if page == "index" else made.page(page)
    report(inputs, made.run / ".report-abc", settings)
    return (made.run / f".report-abc/{page}.html").read_text()


def test_each_page_is_a_job_with_its_own_files(made):
    for page in ("index", "mnist", "lfw"):
        written(made, page)
    out = made.run / ".report-abc"
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()) == [
        "index.html",
        "lfw.html",
        "mnist.html",
        "runs.csv",
        "tables/costs.csv",
        "tables/table2.md",
        "tables/table2.tex",
    ]


def test_the_index_has_the_paper_s_order(made):
    text = written(made, "index")
    assert [id for id in References(text).ids if id] == [
        *("summary", "how-to-read", "theory", "theory/figure1", "theory/theory", "table-1"),
        *("figure-2", "mnist/figure2a", "lfw/figure2b_lfw"),
        *("figure-3", "mnist/figure3", "lfw/figure3", "table-2", "scores", "experiments"),
        *("mnist", "mnist/previews", "lfw", "machines"),
    ]
    for sentence in (
        "Figure 1 of the paper, rebuilt.",
        "Figure 2 a of the paper, rebuilt.",
        "Figure 2 b of the paper (TFD): not run.</strong> Ask its authors.",
        "Figure 2 c of the paper (CIFAR-10, fully connected model): not run.</strong> No exp",
        "Figure 3 of the paper, rebuilt.",
        "As Figure 3, which shows MNIST.",
        "Table 2 of the paper",
        "MMD²",
        "Theis et al. (2015)",
        "<details>\n<summary>Settings of mnist",
        "MNIST, parzen, paper grid: Adversarial nets, k-means centroids",
    ):
        assert sentence in text, sentence


def test_contents_lead_to_sections_that_exist(made):
    found = References(written(made, "index"))
    fragments = {address for _, address in found.addresses if address.startswith("#")}
    assert {"#table-1", "#figure-2", "#table-2", "#scores", "#mnist"} <= fragments
    assert {fragment[1:] for fragment in fragments} <= set(found.ids)


def test_a_run_without_theory_or_scores_or_digits_leaves_no_empty_section(made):
    inputs, settings = made.page("lfw")
    own = {"order": ["lfw"], "experiments": {"lfw": made.settings["experiments"]["lfw"]}}
    lfw = made.settings | own
    made.inputs = {r: p for r, p in inputs.items() if not r.startswith("mmd:")}
    made.rows = [row | {"scores": ["parzen"]} for row in settings["rows"]]
    made.settings = lfw
    parzen = {r: p for r, p in made.inputs.items() if r.startswith("parzen:")}
    table(parzen, made.report / "tables", {"rows": made.rows})
    text = written(made, "index")
    assert not {"theory", "scores"} & set(References(text).ids)
    assert "#theory" not in text
    assert "Figure 2 a of the paper (MNIST): not run." in text


def test_every_measured_number_links_its_file_and_further_seeds(made):
    text = written(made, "index").replace("\u00a0", " ")
    # Mean of 204 and 208 nats
    cell = re.search(r"<td[^>]*MNIST, paper grid[^>]*>(<a.*?206\.0 ± 2\.0 .*?)</td>", text)[1]
    assert re.findall(r'href="([^"]*)"', cell) == [
        "../mnist/seed-1/selected/parzen.json",
        "../mnist/seed-2/selected/parzen.json",
    ]
    assert '<sup><a href="../mnist/seed-2/selected/parzen.json" title="seed 2">2</a></sup>' in cell
    assert "225 ± 2" in text
    assert not re.search(r"<a[^>]*>225 ± 2", text)


def test_pages_need_no_other_file_and_their_links_lead_somewhere(made):
    for page in ("index", "mnist", "lfw"):
        (made.report / f"{page}.html").write_text(written(made, page))
    for name in ("runs.csv", "tables/costs.csv", "tables/table2.md", "tables/table2.tex"):
        (made.report / name).write_bytes((made.run / ".report-abc" / name).read_bytes())
    for page in ("index", "mnist", "lfw"):
        found = References((made.report / f"{page}.html").read_text())
        assert not {"script", "iframe", "object"} & set(found.tags)
        for tag, address in found.addresses:
            if tag != "a":
                assert address.startswith("data:")
            elif not address.startswith(("#", "https://arxiv.org/")):
                assert (made.report / address).is_file(), address
    css = (made.report / "index.html").read_text().split("</style>")[0]
    assert "url(" not in css
    assert "@import" not in css


def test_shortened_budgets_are_said_at_the_top(made):
    text = written(made, "index")
    assert "This run is shortened: mnist 5 of 1,500 epochs, lfw-pretrain 4 of 50 epochs." in text
    assert text.index("This run is shortened") < text.index('id="summary"')
    made.settings["experiments"]["mnist"]["full_budget"] = 5
    made.settings["earlier"] = {}
    made.inputs = {r: p for r, p in made.inputs.items() if "pretrain" not in r}
    text = written(made, "index")
    assert "This run is shortened" not in text
    assert "Every experiment has the full budget and all seeds of its file." in text


def test_fewer_seeds_are_said_too_but_not_of_a_first_phase(made):
    for chosen in made.settings["experiments"].values():
        chosen["settings"]["seeds"], chosen["full_seeds"] = [1], 5
    made.settings["earlier"]["lfw-pretrain"] |= {"full_seeds": 5}
    text = written(made, "index")
    assert (
        "This run is shortened: mnist 5 of 1,500 epochs and 1 of 5 seeds, lfw 1 of 5 seeds, "
        "lfw-pretrain 4 of 50 epochs."
    ) in text
    assert "Shortened: lfw 1 of 5 seeds, lfw-pretrain" in written(made, "lfw")


def test_a_caption_links_the_data_of_its_numbers(made):
    link = '<a class="screen" href="../mnist/seed-1/selected/data_copying.json">data</a>'
    assert written(made, "index").count(link) == written(made, "mnist").count(link) == 1
    assert ">data</a>" not in written(made, "lfw")
    made.inputs["data:mnist/figure2a"] = made.inputs["history:lfw/seed-1"]
    with pytest.raises(DeepgenError, match="give a file of results/quick/mnist/"):
        written(made, "mnist")


def test_the_classifier_behind_the_features_is_linked_with_its_accuracy(made):
    link = (
        '<a href="../mnist/classifier/classifier.json" title="source 1">The features are those of '
        "a classifier that is right about 71.3 ± 0.5 % of 10,000 test images.</a>"
    )
    for page in ("index", "mnist"):
        assert written(made, page).replace("\u00a0", " ").count(link) == 1
    assert "right about" not in written(made, "lfw")
    made.inputs["classifier:mnist"].write_text("{}")
    with pytest.raises(DeepgenError, match=r"classifier\.json is damaged"):
        written(made, "index")
    del made.inputs["classifier:mnist"]
    assert "right about" not in written(made, "index")


def test_no_path_of_a_user_is_shown(made):
    for page in ("index", "mnist"):
        text = written(made, page)
        assert "a: a local mirror" in text
        assert "/home/secret" not in text


def test_a_budget_below_the_first_score_chose_no_checkpoint(made):
    chosen = made.settings["experiments"]["mnist"]
    chosen["settings"]["training"]["selection"]["every"] = 10
    for seed in (1, 2):
        history(5).drop(columns="selection_score").to_csv(
            made.inputs[f"history:mnist/seed-{seed}"], index=False
        )
    text = written(made, "mnist")
    assert "is the last checkpoint, because training ended before the first score." in text
    assert "chose the checkpoint" not in text
    assert "best Parzen score" not in text
    assert "The validation score\nchose the checkpoint" in written(made, "lfw")


def test_a_page_shows_its_experiment_alone_with_its_first_phase(made):
    text = written(made, "lfw")
    assert "lfw-pretrain, seed 1" in text
    assert "Shortened: lfw-pretrain 4 of 50 epochs." in text
    assert "MNIST" not in text.replace("which shows MNIST", "")
    assert References(text).ids[1:4] == ["figures", "lfw/figure2b_lfw", "lfw/figure3"]
    page = written(made, "mnist")
    spaced = page.replace("\u00a0", " ")
    assert "206.0 ± 2.0 (examples) ± 2.0 (seeds, n = 2)" in spaced
    assert "ran 4 to 5 epochs of a budget of 5; 1 of them stopped early" in page
    for fact in ("optimiser.learning_rate", "kind relu, units 1200, irange 0.05", "a local mirror"):
        assert fact in page
    for fact in ("A Fast Processor", "2.9.1", "1 h 19 min, 2 jobs", "<td>CPU</td>"):
        assert fact in page
    assert "0123456789ab+changes" in page.replace("</code>", "")
    assert "secret-host" not in page


def test_hostile_titles_are_only_text(made):
    made.settings["title"] = made.settings["run"] = HOSTILE
    del made.inputs["data:mnist/figure2a"]  # which lies in a folder of the run's name
    chosen = made.settings["experiments"]["mnist"]
    chosen["title"] = HOSTILE
    chosen["settings"]["dataset"] = HOSTILE
    made.settings["not_run"][0]["how_to_get"] = HOSTILE
    for page in ("index", "mnist"):
        text = written(made, page)
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_runs_csv_keeps_every_training(made):
    written(made, "index")
    kept = pd.read_csv(made.run / ".report-abc/runs.csv")
    assert kept["experiment"].tolist() == ["lfw", "lfw-pretrain", "mnist", "mnist"]
    kept = kept[kept["experiment"] == "mnist"]
    assert kept["seed"].tolist() == [1, 2]
    assert kept["epochs"].tolist() == [5, 4]
    assert kept["budget"].tolist() == [5, 5]
    assert kept["best_epoch"].tolist() == [4, 2]
    assert kept["best_validation_score"].tolist() == [104, 102]


def test_wrong_inputs_are_named(made, tmp_path):
    inputs, settings = made.index()
    for kind in ("figure", "caption"):
        without = {r: path for r, path in inputs.items() if r != f"{kind}:mnist/figure3"}
        with pytest.raises(DeepgenError, match=f"needs the {kind}s mnist/figure3"):
            report(without, tmp_path / "out", settings)
    with pytest.raises(DeepgenError, match="needs scores: add --input scores="):
        report({r: p for r, p in inputs.items() if r != "scores"}, tmp_path / "out", settings)
    other = {"history:other/seed-1": inputs["history:mnist/seed-1"]}
    with pytest.raises(DeepgenError, match="does not know the training 'other/seed-1'"):
        report(inputs | other, tmp_path / "out", settings)
    with pytest.raises(DeepgenError, match="has no page 'other'"):
        report(inputs, tmp_path / "out", settings | {"page": "other"})
    own, chosen = made.page("mnist")
    own.pop("mmd:mnist/seed-2/selected")
    with pytest.raises(DeepgenError, match="needs mmd:mnist/seed-2/selected"):
        report(own, tmp_path / "out", chosen)
    inputs["figure:mnist/figure2a"].write_bytes(b"no image")
    with pytest.raises(DeepgenError, match=r"figure2a\.png is damaged \(not a PNG\)"):
        report(inputs, tmp_path / "out", settings)


def test_training_sentences_follow_the_budgets_and_the_rule():
    chosen = experiment("MNIST", 5, 5)
    histories = {("mnist", seed): history(5) for seed in (1, 2)}
    text = training_sentences("mnist", chosen, runs(histories, {"mnist": chosen}))
    assert text.startswith("The 2 trainings ran 5 epochs of a budget of 5. The selected")
    chosen["settings"]["training"] |= {"epochs": 9, "selection": {"rule": "last"}}
    text = training_sentences("mnist", chosen, runs(histories, {"mnist": chosen}))
    assert "9; all of them stopped early" in text
    assert text.endswith("The selected checkpoint is the last checkpoint.")


def test_machines_tell_the_devices_that_were_used():
    manifests = {f"mnist/seed-{seed}/train": manifest(seed) for seed in (1, 2)}
    manifests["mnist/seed-2/train"]["machine"] |= {"device": "cuda", "gpu": "A GPU"}
    manifests["other/seed-1/train"] = manifest(1)
    (machine,) = machines(jobs_of(manifests, ("mnist",)))
    assert machine["devices"] == ["CPU", "GPU (A GPU)"]
    assert machine["stages"]["train"]["jobs"] == 2
    # The first has no notes, so its own run counts
    assert machine["stages"]["train"]["seconds"] == 754 + 4000


def test_experiments_come_in_the_runs_order_whatever_json_makes_of_it(made):
    made.settings["experiments"] = dict(sorted(made.settings["experiments"].items()))
    assert list(made.settings["experiments"]) != made.settings["order"]
    page = written(made, "index")
    assert page.index('id="mnist"') < page.index('id="lfw"')
