"""A copied run file does not replace another run's results without a word."""

import pytest

from deepgen.engine.run_file import check_owner, record_owner
from deepgen.errors import DeepgenError
from deepgen.settings import Run


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A checkout where `config/quick.yaml` has made `results/quick`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    write("quick")
    record_owner(run(), ["config/quick.yaml"])
    return tmp_path


def write(file, name="quick", more=""):
    with open(f"config/{file}.yaml", "w") as content:
        content.write(f"run: {name}\nexperiments: [mnist]\n{more}")


def run(**changes):
    return Run.model_validate({"run": "quick", "experiments": ["mnist"]} | changes)


def test_a_copy_with_the_same_run_is_refused_and_both_are_named(place):
    write("mine")
    with pytest.raises(DeepgenError) as caught:
        check_owner(run(), ["config/mine.yaml"])
    assert str(caught.value).startswith("config/mine.yaml has run: quick, and so has config/quick")
    assert "give config/mine.yaml a run of its own" in str(caught.value)
    assert "shares_results_with: quick.yaml" in str(caught.value)


def test_the_same_file_may_be_edited_and_named_otherwise(place):
    write("quick", more="ledger: true\n")
    check_owner(run(ledger=True), ["config/quick.yaml"])
    check_owner(run(), [place / "config" / "quick.yaml"])
    write("more")
    check_owner(run(), ["config/quick.yaml", "config/more.yaml"])


def test_a_renamed_file_keeps_its_results(place):
    (place / "config/quick.yaml").rename(place / "config/fast.yaml")
    check_owner(run(), ["config/fast.yaml"])
    record_owner(run(), ["config/fast.yaml"])
    write("quick")
    with pytest.raises(DeepgenError):
        check_owner(run(), ["config/quick.yaml"])


def test_results_of_a_file_that_now_makes_another_run_are_free(place):
    write("mine")
    write("quick", "another")
    check_owner(run(), ["config/mine.yaml"])


def test_results_of_an_earlier_version_and_a_damaged_note_are_free(place):
    write("mine")
    (place / "results/quick/.jobs/run_file.json").write_text("[")
    check_owner(run(), ["config/mine.yaml"])


@pytest.mark.parametrize("who", ["mine", "quick"])
def test_two_files_may_share_results_if_one_says_so(place, who):
    named = {"mine": "quick.yaml", "quick": "mine.yaml"}[who]
    write("mine")
    write(who, more=f"shares_results_with: {named}\n")
    own = {"shares_results_with": named} if who == "mine" else {}
    check_owner(run(**own), ["config/mine.yaml"])
    write("third")
    with pytest.raises(DeepgenError):
        check_owner(run(), ["config/third.yaml"])


def test_a_run_that_is_piped_in_has_no_file(place):
    check_owner(run(), [])
    check_owner(run(), ["/dev/stdin"])


def test_shipped_files_with_one_run_share_it_on_purpose(root):
    from deepgen.yaml_file import read_yaml

    runs = {path.name: read_yaml(path) for path in (root / "config").glob("*.yaml")}
    for name, content in runs.items():
        for other, its in runs.items():
            if name < other and content["run"] == its["run"]:
                said = (content.get("shares_results_with"), its.get("shares_results_with"))
                assert other == said[0] or name == said[1]
