"""The report: complete, in its order, self-contained, safe, honest about gaps."""

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
    for chosen in made.settings["experiments"].values():
        chosen["full_seeds"], budget = 1, chosen["settings"]["training"]["epochs"]
        chosen["full_budget"] = budget
    made.settings["first_phases"] = {}
    made.inputs = {r: p for r, p in made.inputs.items() if "pretrain" not in r}
    text = written(made, "index")
    assert "Shortened" not in text
    assert "Every experiment has the full budget and all seeds of its file." in text


def test_data_of_a_caption_from_elsewhere_are_refused(made):
    made.inputs["data:mnist/figure2a"] = made.inputs["history:lfw/seed-1"]
    with pytest.raises(DeepgenError, match="give a file of results/quick/mnist/"):
        written(made, "mnist")


def test_a_damaged_accuracy_is_refused_and_none_is_not_told(made):
    made.inputs["classifier:mnist"].write_text("{}")
    with pytest.raises(DeepgenError, match=r"classifier\.json is damaged"):
        written(made, "index")
    del made.inputs["classifier:mnist"]
    assert "right about" not in written(made, "index")


def test_no_path_or_host_of_a_user_is_shown(made):
    assert "a: a local mirror" in written(made, "mnist")
    for page in ("index", "mnist"):
        text = written(made, page)
        assert "/home/secret" not in text
        assert "secret-host" not in text


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


def test_ablations_have_a_section_that_leads_to_their_files(made):
    inputs, settings = made.job("index")
    varied = {
        "mnist": {"ablation_of": "", "changed": ""},
        "lfw": {"ablation_of": "mnist", "changed": "dataset lfw (mnist)"},
        "mixture": {"ablation_of": "mnist", "changed": "it has no Parzen score"},
    }
    (made.report / "tables").mkdir(exist_ok=True)
    for name in ("csv", "md", "tex"):
        (made.report / f"tables/ablations.{name}").write_text("")
    report(inputs, made.report, settings | {"ablations": varied})
    text = (made.report / "index.html").read_text()
    _, found, rest = text.partition('<section id="ablations">')
    section = rest.partition("</section>")[0]
    assert found
    assert "dataset lfw (mnist)" in section
    assert "it has no Parzen score" not in section
    assert 'href="../lfw/seed-1/selected/parzen.json"' in section
    assert '<a href="#ablations">Ablations</a>' in text
