"""Links from numbers to their files, and what publishing makes of them."""

import pytest

from deepgen.errors import DeepgenError
from deepgen.report.links import beside, evidence, labelled, relative

PAGE = """<a href="../mnist/a%20b.json">1</a> <a href="../mnist/a%20b.json">1</a>
<a href="tables/x&amp;y.csv">2</a> <a href="mnist.html#top">3</a> <a href="#top">4</a>
<a href="https://arxiv.org/">5</a> <link rel="icon" href="data:,"> ../mnist/in-text.json"""


def test_seeds_name_their_files_and_several_files_of_a_seed_are_counted():
    folds = tuple(f"lfw/seed-1/fold-{fold}/sigma.json" for fold in (1, 2))
    assert [name for _, name in labelled(folds)] == ["source 1", "source 2"]
    seeds = tuple(f"lfw/seed-{seed}/last/parzen.json" for seed in (3, 12))
    assert [name for _, name in labelled(seeds)] == ["seed 3", "seed 12"]
    assert labelled(()) == []


def test_a_page_tells_its_evidence_once_and_its_files():
    assert evidence(PAGE) == ["mnist/a%20b.json"]
    assert relative(PAGE) == ["../mnist/a%20b.json", "tables/x&y.csv", "mnist.html"]
    assert relative(beside(PAGE))[0] == "mnist/a%20b.json"
    assert beside(PAGE).endswith("../mnist/in-text.json")


def test_a_link_out_of_the_run_is_refused():
    with pytest.raises(DeepgenError, match="outside its run"):
        evidence('<a href="../mnist/../../x.json">1</a>')
