"""The report: complete, in its order, self-contained, safe, honest about gaps."""

import re

import pandas as pd
import pytest
from made_pages import References, written
from made_run import HOSTILE, PAGES, MadeRun, experiment, history, manifest

from deepgen.errors import DeepgenError
from deepgen.report.machines import jobs_of, machines
from deepgen.report.runs import runs, training_sentences
from deepgen.stages.report import report


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def test_each_page_is_a_job_with_its_own_files(made):
    for page in PAGES:
        written(made, page)
    out = made.run / ".report-abc"
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()) == [
        *("gan2014.html", "index.html", "lfw.html", "mixture.html", "mnist.html"),
        *("runs.csv", "tables/costs.csv"),
        *(f"tables/table1.{kind}" for kind in ("csv", "md", "tex")),
        *("tables/table2.md", "tables/table2.tex"),
    ]


def test_the_front_page_has_its_order_and_no_figures(made):
    text = written(made, "index")
    assert [id for id in References(text).ids if id] == [
        *("summary", "likelihoods", "parzen", "scores", "costs", "machines"),
    ]
    for sentence in (
        "<h1>deepgen: run quick</h1>",
        '<a href="gan2014.html">Generative Adversarial Nets</a>, Goodfellow et al., NIPS 2014',
        '<a href="mixture.html">MNIST, Mixture of Gaussians</a>',
        "MMD²",
        "Theis et al. 2015",
        "2.0 (examples)*",
        "* σ on the edge of its grid",
        "TFD, Adversarial nets: not run. Ask its authors.",
    ):
        assert sentence in text, sentence
    assert "<figure" not in text
    assert "optimiser.learning_rate" not in text  # settings stand on the experiments' pages
    order = [text.index(part) for part in ('id="summary"', "<nav", 'id="likelihoods"')]
    assert order == sorted(order)


def test_the_summary_has_published_values_beside_ours_and_likelihoods_in_their_own_column(made):
    text = written(made, "index").replace("\u00a0", " ")
    summary = text[text.index('id="summary"') : text.index("<nav")]
    assert re.findall(r'<th scope="col">([^<]*)</th>', summary) == [
        "Experiment",
        "Parzen, published (nats)",
        *("Parzen, ours, released default grid (nats)", "Difference"),
        *("Parzen, ours, fine sigma (nats)", "Difference"),
        "Exact (nats): density over pixels in [0, 1]; bytes with uniform noise between levels",
        *("Epochs", "Seeds"),
    ]
    # 206 ± 12.706 sqrt(8) sqrt(1.5), where t_1(0.975) = 12.706
    said = "inside the 95 % prediction interval [162.0, 250.0] of one more training</a>"
    assert f"−19.0 nats; {said}" in summary
    assert "900.00 ± 0.25 (examples)</a>" in summary


def test_contents_lead_to_sections_that_exist(made):
    found = References(written(made, "index"))
    fragments = {address for _, address in found.addresses if address.startswith("#")}
    assert {"#likelihoods", "#parzen", "#scores", "#costs"} <= fragments
    assert {fragment[1:] for fragment in fragments} <= set(found.ids)


@pytest.mark.parametrize(
    ("score", "section", "absent"),
    [
        ("parzen", "parzen", {"scores", "likelihoods"}),
        ("mmd", "scores", {"parzen", "likelihoods"}),
        ("likelihood", "likelihoods", {"parzen", "scores"}),
    ],
)
def test_a_run_of_one_score_has_no_empty_section(made, score, section, absent):
    made.rows = [row | {"scores": [score]} for row in made.rows if score in row["scores"]]
    made.settings |= {"papers": [], "not_run": []}
    made.make_tables()
    found = References(text := written(made, "index"))
    assert section in found.ids
    assert not absent & set(found.ids)
    assert not {f"#{name}" for name in absent} & {address for _, address in found.addresses}
    assert "Papers" not in text
    assert ("Parzen, ours" in text) == (score == "parzen")


def test_every_measured_number_links_its_file_and_further_seeds(made):
    text = written(made, "index").replace("\u00a0", " ")
    # Mean of 204 and 208 nats
    cell = re.search(
        r"<td[^>]*MNIST, released default grid[^>]*>(<a.*?206\.0 ± 2\.0 .*?)</td>", text
    )[1]
    assert re.findall(r'href="([^"]*)"', cell) == [
        "../mnist/seed-1/selected/parzen.json",
        "../mnist/seed-2/selected/parzen.json",
    ]
    assert '<sup><a href="../mnist/seed-2/selected/parzen.json" title="seed 2">2</a></sup>' in cell
    assert "225 ± 2" in text
    assert not re.search(r"<a[^>]*>225 ± 2", text)


def test_pages_need_no_other_file_and_their_links_lead_somewhere(made):
    for page in PAGES:
        written(made, page)
    for path in (made.run / ".report-abc").rglob("*.*"):
        path.rename(made.report / path.relative_to(made.run / ".report-abc"))
    for page in PAGES:
        found = References((made.report / f"{page}.html").read_text())
        assert not {"script", "iframe", "object"} & set(found.tags)
        for tag, address in found.addresses:
            if tag != "a":
                assert address.startswith("data:")
            elif not address.startswith(("#", "https://arxiv.org/")):
                file, _, fragment = address.partition("#")
                assert (made.report / file).is_file(), address
                if fragment:
                    assert fragment in References((made.report / file).read_text()).ids
    css = (made.report / "index.html").read_text().split("</style>")[0]
    assert "url(" not in css
    assert "@import" not in css


def test_shortened_budgets_are_said_at_the_top(made):
    text = written(made, "index")
    assert "Shortened: mnist 5 of 1,500 epochs, lfw-pretrain 4 of 50 epochs." in text
    assert text.index("Shortened") < text.index('id="summary"')
    made.settings["experiments"]["mnist"]["full_budget"] = 5
    made.settings["first_phases"] = {}
    made.inputs = {r: p for r, p in made.inputs.items() if "pretrain" not in r}
    text = written(made, "index")
    assert "Shortened" not in text
    assert "Every experiment has the full budget and all seeds of its file." in text


def test_fewer_seeds_are_said_too_but_not_of_a_first_phase(made):
    for chosen in made.settings["experiments"].values():
        chosen["settings"]["seeds"], chosen["full_seeds"] = [1], 5
    made.settings["first_phases"]["lfw-pretrain"] |= {"full_seeds": 5}
    text = written(made, "index")
    assert (
        "Shortened: mnist 5 of 1,500 epochs and 1 of 5 seeds, lfw 1 of 5 seeds, "
        "mixture 1 of 5 seeds, lfw-pretrain 4 of 50 epochs."
    ) in text
    assert "Shortened: lfw 1 of 5 seeds, lfw-pretrain" in written(made, "lfw")


def test_a_caption_links_the_data_of_its_numbers(made):
    link = '<a class="screen" href="../mnist/seed-1/selected/data_copying.json">data</a>'
    assert written(made, "gan2014").count(link) == written(made, "mnist").count(link) == 1
    assert ">data</a>" not in written(made, "lfw")
    made.inputs["data:mnist/figure2a"] = made.inputs["history:lfw/seed-1"]
    with pytest.raises(DeepgenError, match="give a file of results/quick/mnist/"):
        written(made, "mnist")


def test_the_classifier_behind_the_features_is_linked_with_its_accuracy(made):
    link = (
        '<a href="../mnist/classifier/classifier.json" title="source 1">The classifier of '
        "the features (mnist) is right about 71.3 ± 0.5 % of 10,000 test images.</a>"
    )
    assert written(made, "index").replace("\u00a0", " ").count(link) == 1
    made.inputs["classifier:mnist"].write_text("{}")
    with pytest.raises(DeepgenError, match=r"classifier\.json is damaged"):
        written(made, "index")
    del made.inputs["classifier:mnist"]
    assert "right about" not in written(made, "index")


@pytest.mark.parametrize("page", ["index", "mnist", "lfw"])
def test_what_the_error_of_a_parzen_score_leaves_out_stands_below_it(made, page):
    text = written(made, page)
    assert "What the ± of a Parzen score leaves out" in text
    assert text.index("Parzen window log-likelihood of") < text.index("leaves out on")
    link = f"{'lfw' if page == 'lfw' else 'mnist'}/seed-1/selected/parzen_spread.json"
    assert f'href="../{link}"' in text
    assert "leaves out" not in written(made, "mixture")


def test_no_path_of_a_user_is_shown(made):
    assert "a: a local mirror" in written(made, "mnist")
    for page in ("index", "mnist"):
        text = written(made, page)
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
    assert "The validation score chose the checkpoint" in written(made, "lfw")


def test_a_page_shows_its_experiment_alone_with_its_first_phase(made):
    text = written(made, "lfw")
    assert "lfw-pretrain, seed 1" in text
    assert "Shortened: lfw-pretrain 4 of 50 epochs." in text
    assert "MNIST" not in text
    assert '<a href="gan2014.html">' in text
    assert References(text).ids[1:4] == ["figures", "lfw/figure2b_lfw", "lfw/figure3"]
    page = written(made, "mnist")
    spaced = page.replace("\u00a0", " ")
    assert "206.0 ± 2.0 (examples) ± 2.0 (seeds, n = 2)" in spaced
    assert "ran 4 to 5 epochs of a budget of 5; 1 stopped early" in page
    for fact in ("optimiser.learning_rate", "kind relu, units 1200, irange 0.05", "a local mirror"):
        assert fact in page
    for fact in ("A Fast Processor", "2.9.1", "1 h 19 min, 2 jobs", "<td>CPU</td>"):
        assert fact in page
    assert "0123456789ab+changes" in page.replace("</code>", "")
    assert "secret-host" not in page


def test_hostile_titles_are_only_text(made):
    made.settings["run"] = made.settings["papers"][0]["title"] = HOSTILE
    del made.inputs["data:mnist/figure2a"]  # which lies in a folder of the run's name
    chosen = made.settings["experiments"]["mnist"]
    chosen["title"] = HOSTILE
    chosen["settings"]["dataset"] = HOSTILE
    made.settings["not_run"][0]["how_to_get"] = HOSTILE
    for page in ("index", "gan2014", "mnist"):
        text = written(made, page)
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_runs_csv_keeps_every_training(made):
    written(made, "index")
    kept = pd.read_csv(made.run / ".report-abc/runs.csv")
    assert kept["experiment"].tolist() == ["lfw", "lfw-pretrain", "mixture", "mnist", "mnist"]
    assert kept["final_nll"].notna().tolist() == [False, False, True, False, False]
    kept = kept[kept["experiment"] == "mnist"]
    assert kept["seed"].tolist() == [1, 2]
    assert kept["epochs"].tolist() == [5, 4]
    assert kept["budget"].tolist() == [5, 5]
    assert kept["best_epoch"].tolist() == [4, 2]
    assert kept["best_validation_score"].tolist() == [104, 102]


def test_wrong_inputs_are_named(made, tmp_path):
    for page, figure in (("mnist", "previews"), ("gan2014", "figure3"), ("mnist", "figure2a")):
        inputs, settings = made.job(page)
        for kind in ("figure", "caption"):
            without = {r: path for r, path in inputs.items() if r != f"{kind}:mnist/{figure}"}
            with pytest.raises(DeepgenError, match=f"needs the {kind}s mnist/{figure}"):
                report(without, tmp_path / "out", settings)
    inputs, settings = made.job("index")
    other = {"history:other/seed-1": inputs["history:mnist/seed-1"]}
    with pytest.raises(DeepgenError, match="does not know the training 'other/seed-1'"):
        report(inputs | other, tmp_path / "out", settings)
    other = {"history:mnist/seed-1/last": inputs["history:mnist/seed-1"]}
    with pytest.raises(DeepgenError, match="does not know the training 'mnist/seed-1/last'"):
        report(inputs | other, tmp_path / "out", settings)
    with pytest.raises(DeepgenError, match="has no page 'other'"):
        report(inputs, tmp_path / "out", settings | {"page": "other"})
    own, chosen = made.job("mnist")
    own["figure:mnist/previews"].write_bytes(b"no image")
    with pytest.raises(DeepgenError, match=r"previews\.png is damaged \(not a PNG\)"):
        report(own, tmp_path / "out", chosen)
    own.pop("mmd:mnist/seed-2/selected")
    with pytest.raises(DeepgenError, match="need mmd:mnist/seed-2/selected"):
        report(own, tmp_path / "out", chosen)


def test_training_sentences_follow_the_budgets_and_the_rule():
    chosen = experiment("MNIST", 5, 5)
    histories = {("mnist", seed): history(5) for seed in (1, 2)}
    text = training_sentences("mnist", chosen, runs(histories, {"mnist": chosen}))
    assert text.startswith("The 2 trainings ran 5 epochs of a budget of 5. The selected")
    chosen["settings"]["training"] |= {"epochs": 9, "selection": {"rule": "last"}}
    text = training_sentences("mnist", chosen, runs(histories, {"mnist": chosen}))
    assert "9; 2 stopped early" in text
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
    assert page.index('href="mnist.html"') < page.index('href="lfw.html"')


def test_a_density_without_a_paper_or_losses_has_a_page(made):
    text = written(made, "mixture").replace("\u00a0", " ")
    assert "900.00 ± 0.25 (examples)" in text
    assert 'href="../mixture/seed-1/selected/likelihood.json"' in text
    assert '<th scope="col">Final negative log-likelihood</th>' in text
    assert "loss of" not in text
    assert "Parzen window" not in text
    assert "gan2014" not in text
