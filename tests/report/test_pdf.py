"""The PDF of a page: readable alone, the same bytes each time, and how to get the library."""

import sys
from pathlib import Path

import pytest

from deepgen.errors import DeepgenError
from deepgen.report.pdf import write_pdf

PAGE = """<!doctype html><html lang="en"><head><title>A page</title>
<style>@media print { .screen { display: none } }</style></head><body><main>
<h1 id="top">A page</h1><p class="screen">on screen</p>
<p>168.6 ± 1.4 <a href="../mnist/parzen.json">evidence</a> <a href="#top">top</a>
<a href="https://arxiv.org/abs/1406.2661">paper</a></p></main></body></html>"""


def weasyprint():
    """The library, or a skip where it or pango is not installed."""
    try:
        import weasyprint
    except (ImportError, OSError):
        pytest.skip("WeasyPrint is not installed")
    return weasyprint


def test_a_page_gives_the_same_bytes_and_names_no_date(tmp_path):
    weasyprint()
    (tmp_path / "index.html").write_text(PAGE)
    for name in ("one.pdf", "two.pdf"):
        write_pdf(tmp_path / "index.html", tmp_path / name)
    content = (tmp_path / "one.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content == (tmp_path / "two.pdf").read_bytes()
    assert b"CreationDate" not in content


def test_links_to_files_are_dropped_and_others_kept(tmp_path, monkeypatch):
    kind = weasyprint().HTML
    write = kind.write_pdf
    monkeypatch.setattr(kind, "write_pdf", lambda page: write(page, uncompressed_pdf=True))
    (tmp_path / "index.html").write_text(PAGE)
    write_pdf(tmp_path / "index.html", tmp_path / "index.pdf")
    content = (tmp_path / "index.pdf").read_bytes()
    assert b"https://arxiv.org/abs/1406.2661" in content
    assert b"/Dest" in content
    assert b"parzen.json" not in content
    assert str(tmp_path).encode() not in content


def test_without_the_library_one_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text(PAGE)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(DeepgenError, match=r"pip install \'deepgen\[pdf\]\'"):
        write_pdf(tmp_path / "index.html", tmp_path / "index.pdf")

    class WithoutPango:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(sys, "meta_path", [WithoutPango(), *sys.meta_path])
    with pytest.raises(DeepgenError, match="apt-get install libpango-1"):
        write_pdf(tmp_path / "index.html", tmp_path / "index.pdf")
    assert not (tmp_path / "index.pdf").exists()


def test_a_missing_page_is_named():
    with pytest.raises(DeepgenError, match=r"nowhere\.html is missing"):
        write_pdf(Path("nowhere.html"), Path("nowhere.pdf"))
