"""What the site has beyond docs/: READMEs, the API, the published reports, linked files, diagrams.

Links are written for a code host, as paths in the repository, and become those of the site.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import mmdr
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
# READMEs that are pages: {path in the repository: path on the site}
READMES = {
    "README.md": "index.md",
    "config/README.md": "settings.md",
    "benchmarks/README.md": "benchmarks.md",
}
# Pages of the API: {page: (title, what the paths of its modules look like)}; the first that fits
API = {
    "index": ("Trained models", r"api|__init__"),
    "objectives": ("Objectives", r"families/\w+/objective|training/maximum_likelihood"),
    "models": ("Models", r"families/|layers/|contracts|capabilities"),
    "samplers": ("Samplers", r"samplers/"),
    "estimators": ("Scores and estimators", r"evaluation/"),
    "training": ("Training", r"training/"),
    "data": ("Data", r"data/"),
    "report": ("Figures, papers, report", r"figures/|papers/|report/"),
    "engine": ("Stages and engine", r""),
}
# Their keys are on the page of settings
NO_API = ("settings", "templates", "__main__")
LINK = re.compile(r'(?P<before>\]\(|(?:src|href)=")(?!\w+:|#)(?P<path>[^)#"\s]+)')
LANGUAGES = {".smk": "python", ".py": "python", ".cff": "yaml", "": "text"}


def on_config(config: MkDocsConfig) -> None:
    """Diagrams are drawn when the site is built, so that a reader needs no script for them."""
    fence = {"name": "mermaid", "class": "mermaid", "format": diagram}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}


def diagram(source: str, *_, **__) -> str:
    """A Mermaid diagram as SVG."""
    return f'<div class="diagram">{mmdr.render(source).svg()}</div>'


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Adds all pages and files that do not lie in docs/."""
    for path, uri in READMES.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
    for path in (ROOT / "reports").rglob("*"):
        if path.is_file():
            files.append(Copied.generated(config, repository(path), abs_src_path=str(path)))
    for uri, text in api_pages().items():
        files.append(File.generated(config, uri, content=text))
    for path in linked(files):
        uri = site_uri(path)
        if uri.startswith("files/"):
            page = File.generated(
                config, uri, content=listing(path), inclusion=InclusionLevel.NOT_IN_NAV
            )
            files.append(page)
        elif files.get_file_from_path(uri.partition("#")[0]) is None:
            files.append(Copied.generated(config, uri, abs_src_path=str(path)))


class Copied(File):
    """A file that is copied as it is, Markdown as well."""

    def is_documentation_page(self) -> bool:
        return False


def on_page_markdown(markdown: str, page: Page, **_) -> str:
    """Links into the repository become links into the site."""
    uri = page.file.src_uri

    def moved(match: re.Match) -> str:
        path = target(uri, match["path"])
        if not path.exists():
            return match[0]  # MkDocs says so
        found = posixpath.relpath(site_uri(path), posixpath.dirname(uri) or ".")
        if match["before"] != "](":  # MkDocs leaves HTML alone
            found = re.sub(r"\.md(?=#|$)", ".html", found)
        return match["before"] + found

    return markdown if uri.startswith(("api/", "files/")) else LINK.sub(moved, markdown)


def linked(files: Files) -> list[Path]:
    """Files of the repository that pages link to."""
    found = [
        target(page.src_uri, match["path"])
        for page in files.documentation_pages()
        if not page.src_uri.startswith(("api/", "files/"))
        for match in LINK.finditer(page.content_string)
    ]
    return [path for path in dict.fromkeys(found) if path.is_file()]


def target(uri: str, link: str) -> Path:
    """The file of the repository that a link of a page means; of a folder, what one reads first."""
    places = {site: path for path, site in READMES.items()}
    path = (ROOT / places.get(uri, f"docs/{uri}")).parent.joinpath(link).resolve()
    firsts = [path / name for name in ("README.md", "index.html")] if path.is_dir() else []
    return next((first for first in firsts if first.exists()), path)


def site_uri(path: Path) -> str:
    """Where the site has a file of the repository."""
    name = repository(path)
    if name in READMES:
        return READMES[name]
    if name.startswith("src/deepgen/") and path.suffix == ".py" and path.stem not in NO_API:
        return f"api/{api_page(path)}.md#{module(path)}"
    if name.startswith("docs/"):
        return name.removeprefix("docs/")
    if name.startswith("reports/") or path.suffix in (".png", ".svg"):
        return name
    return f"files/{name.removesuffix('.md')}.md"


def repository(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def listing(path: Path) -> str:
    """A page that shows a file."""
    text, name = path.read_text(encoding="utf-8"), repository(path)
    if path.suffix == ".md":
        return text
    language = LANGUAGES.get(path.suffix, path.suffix.removeprefix("."))
    return f"# {name}\n\n````{language}\n{text}````\n"


def api_pages() -> dict[str, str]:
    """{page: its Markdown}: the modules that say something, in order of their names."""
    texts = {f"api/{page}.md": f"# {title}\n" for page, (title, _) in API.items()}
    for path in modules():
        label = module(path).removeprefix("deepgen.")
        options = f"    options: {{toc_label: {label}}}\n"
        texts[f"api/{api_page(path)}.md"] += f"\n::: {module(path)}\n{options}"
    return texts


def modules() -> Iterator[Path]:
    for path in sorted((ROOT / "src/deepgen").rglob("*.py")):
        if path.stem not in NO_API and path.read_text(encoding="utf-8").strip():
            yield path


def api_page(path: Path) -> str:
    """The page of a module."""
    name = path.relative_to(ROOT / "src/deepgen").as_posix()
    return next(page for page, (_, pattern) in API.items() if re.match(pattern, name))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
