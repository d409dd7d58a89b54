"""A page as PDF, with the fonts that come with matplotlib, so that every machine sets the same."""

import logging
import os
from pathlib import Path
from typing import Any

import matplotlib

from deepgen.errors import DeepgenError
from deepgen.files import write_atomically

FONTS = Path(matplotlib.get_data_path()) / "fonts/ttf"

# The page's own @media print does the rest
STYLE = """
@page { size: A4; margin: 18mm 16mm 20mm;
  @bottom-center { content: counter(page) " / " counter(pages); font: 8pt STIXGeneral; } }
html { font-size: 10.5pt; }
body { font-family: STIXGeneral, serif; line-height: 1.35; }
table { font-family: STIXGeneral, serif; }
nav a[href]::after { content: ", p. " target-counter(attr(href), page); }
code, .settings th[scope="row"] { font-family: "DejaVu Sans Mono", monospace; }
"""

FACES = (
    ("STIXGeneral", "STIXGeneral.ttf", "normal", "normal"),
    ("STIXGeneral", "STIXGeneralBol.ttf", "bold", "normal"),
    ("STIXGeneral", "STIXGeneralItalic.ttf", "normal", "italic"),
    ("DejaVu Sans Mono", "DejaVuSansMono.ttf", "normal", "normal"),
)


def write_pdf(html: Path, out: Path) -> None:
    """Print a page of the report on A4.

    The PDF may be sent alone, so it keeps links within itself and to the web and drops those to
    files beside the page. It holds no date: the same page gives the same bytes with the same
    versions of WeasyPrint and pango.

    Args:
        html: A page of `results/<run>/report/` or `reports/<run>/`.
        out: The PDF.

    Raises:
        DeepgenError: if the page is missing, or WeasyPrint or its system libraries are.
    """
    if not html.is_file():
        raise DeepgenError(f"{html} is missing: run snakemake first, or correct the path")
    weasyprint = _weasyprint()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    style = f"<style>{_faces()}{STYLE}</style></head>"
    text = html.read_text(encoding="utf-8").replace("</head>", style, 1)
    page = weasyprint.HTML(string=text)
    for link in page.etree_element.iter("a"):
        if not link.get("href", "").startswith(("#", "https:", "http:")):
            link.attrib.pop("href", None)
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # else a font's subset says when it was made
    try:
        content = page.write_pdf()
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        os.environ |= {} if before is None else {"SOURCE_DATE_EPOCH": before}
    write_atomically(out, lambda temporary: temporary.write_bytes(content))


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError:
        raise DeepgenError(
            "a PDF needs WeasyPrint: run pip install 'deepgen[pdf]', in a checkout pip install -e "
            "'.[pdf]'"
        ) from None
    except OSError:
        raise DeepgenError(
            "WeasyPrint does not find pango: install it, on Debian and Ubuntu with apt-get install "
            "libpango-1.0-0 libpangoft2-1.0-0"
        ) from None
    return weasyprint


def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{(FONTS / file).as_uri()}"); '
        f"font-weight: {weight}; font-style: {style}; }}\n"
        for family, file, weight, style in FACES
    )
