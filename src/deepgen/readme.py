"""The numbers of the README, from the published tables: `python -m deepgen.readme`.

Between `<!-- numbers: NAME -->` and `<!-- /numbers -->` stands what a function of `BLOCKS` makes.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from deepgen.config import load_experiment
from deepgen.errors import DeepgenError
from deepgen.evaluation.estimators import FINE_SIGMA, RELEASED_GRID
from deepgen.files import write_text
from deepgen.papers.gan2014.published import MODELS
from deepgen.papers.nice2014.table import published_of as published_flow
from deepgen.report.cells import pick
from deepgen.report.printed import DASH, number, span
from deepgen.report.wording import name_in_papers

PAGE = "README.md"
BLOCK = re.compile(r"(<!-- numbers: (.+?) -->)(.*?)(<!-- /numbers -->)", re.DOTALL)
ESTIMATORS = (RELEASED_GRID, FINE_SIGMA)


class Published:
    """The tables of a published run.

    Args:
        root: Of the repository.
        run: Folder of `reports/`.

    Raises:
        DeepgenError: if a table is missing.
    """

    def __init__(self, root: Path, run: str):
        self.root, self.folder = root, root / "reports" / run

    def table(self, name: str) -> pd.DataFrame:
        """A published table; what is text stays text."""
        path = self.folder / name
        if not path.is_file():
            raise DeepgenError(f"{path} is missing: publish the run first")
        table = pd.read_csv(path)
        empty = [c for c in table if table[c].isna().all() or not is_numeric_dtype(table[c])]
        return table.astype(dict.fromkeys(empty, object)).fillna(dict.fromkeys(empty, ""))

    def epochs(self, experiment: str) -> str:
        """Those of the published trainings, beside those that the experiment's file asks for."""
        own = pick(self.table("runs.csv"), experiment=experiment)["epochs"]
        path = self.root / "config/experiments" / f"{experiment}.yaml"
        full = load_experiment(path).training.epochs
        return f"{span(own.min(), own.max())} of {full:,}"


def files(root: Path) -> dict[str, str]:
    """The README with the numbers of today: {path below `root`: text}.

    Raises:
        DeepgenError: if a table is missing, or a block is not known.
    """

    def made(found: re.Match[str]) -> str:
        begin, name, _, end = found.groups()
        if name not in BLOCKS:
            raise DeepgenError(f"{PAGE} has unknown numbers {name!r}: name {', '.join(BLOCKS)}")
        text = BLOCKS[name](root)
        return f"{begin}\n{text}\n{end}" if "\n" in text else f"{begin}{text}{end}"

    return {PAGE: BLOCK.sub(made, (root / PAGE).read_text(encoding="utf-8"))}


def _parzen(*titles: str) -> Callable[[Path], str]:
    """A table of Parzen scores of these data sets, the published ones beside ours."""

    def made(root: Path) -> str:
        published = Published(root, "paper")
        table = published.table("tables/parzen.csv")
        head = ["", "the paper", "ours, released default grid", "ours, fine sigma"]
        rows = []
        for title in titles:
            rows += list(_of_dataset(published, pick(table, dataset=title), title))
        return _markdown([*head, "epochs", "seeds"], rows)

    return made


def _of_dataset(published: Published, table: pd.DataFrame, dataset: str) -> Iterator[list[str]]:
    """Models, those that the paper has first, then what calibrates the reader."""
    theirs = pick(table, origin="published")
    measured = pick(table, origin="measured")
    ours = pick(measured[measured["untrained"] == ""], selection="selected")
    titles = list(dict.fromkeys(ours["model"]))
    known = [t for name in MODELS[::-1] for t in titles if name_in_papers(t) == name]
    lines = [*known, *(t for t in titles if t not in known)]
    missing = [name for name in theirs["model"] if name not in map(name_in_papers, titles)]
    for name in (*lines, *missing):
        paper = pick(theirs, model=name_in_papers(name))
        own = pick(ours, model=name)
        scores = [_score(pick(own, estimator=e), paper) for e in ESTIMATORS]
        told = [DASH, DASH]
        if not own.empty:
            files = own["source"].iloc[0].split(";")
            told = [published.epochs(files[0].partition("/")[0]), str(own["num_seeds"].iloc[0])]
        yield [f"{dataset}, {name}", _paper(paper), *scores, *told]
    for name, own in pick(measured, selection="").groupby("model", sort=False):
        scores = [f"*{_score(pick(own, estimator=e))}*" for e in ESTIMATORS]
        yield [f"*{dataset}, {name}*", "", *scores, "", ""]


def _paper(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    return f"{rows['log_likelihood'].iloc[0]:g} ± {rows['standard_error'].iloc[0]:g}"


def _score(rows: pd.DataFrame, paper: pd.DataFrame | None = None) -> str:
    """The mean with its errors, over images, then over seeds, and the difference to the paper."""
    if rows.empty:
        return DASH
    value = rows["log_likelihood"].iloc[0]
    text = " ± ".join(map(number, [value, *rows["standard_error"]]))
    if paper is None or paper.empty:
        return text
    difference = value - paper["log_likelihood"].iloc[0]
    return f"{text} ({_signed(difference)})"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)


def _likelihoods(root: Path) -> str:
    """Exact likelihoods of flows, on one scale."""
    published, rows = Published(root, "paper"), []
    table = pick(published.table("tables/likelihoods.csv"), kind="exact", selection="selected")
    for row in table.to_dict("records"):
        if name_in_papers(row["model"]) != "NICE":
            continue
        paper = published_flow(row["dataset"])
        experiment = row["source"].partition("/")[0]
        rows.append(
            [
                f"{row['dataset']}, {row['model']}",
                f"{number(paper.nats)} ({paper.bits:.2f})" if paper else "",
                f"{number(row['log_likelihood'])} ± {number(row['standard_error'])}",
                f"{row['bits_per_dimension']:.2f}",
                published.epochs(experiment),
                str(row["num_seeds"]),
            ]
        )
    head = ["", "the paper (bits)", "ours", "bits a pixel value", "epochs", "seeds"]
    return _markdown(head, rows)


def _ablations(root: Path) -> str:
    """Differences between a few trainings each, under the fine sigma."""
    published, rows = Published(root, "ablations"), []
    for row in pick(published.table("tables/ablations.csv"), estimator=FINE_SIGMA).to_dict(
        "records"
    ):
        difference = DASH
        if row["ablation_of"]:
            ends = ", ".join(number(row[f"difference_{end}"]) for end in ("low", "high"))
            difference = f"{_signed(row['difference'])} [{ends}]"
        ends = ", ".join(number(row[f"prediction_{end}"]) for end in ("low", "high"))
        rows.append([row["model"], f"{number(row['log_likelihood'])} [{ends}]", difference])
    head = ["", "mean [95 % prediction interval of one more]", "difference [95 % interval]"]
    return _markdown(head, rows)


def _epochs(root: Path) -> str:
    """Of the training that the first picture shows."""
    return Published(root, "paper").epochs("mnist-annealed").partition(" of ")[0]


def _hours(root: Path) -> str:
    """Processor time that all published trainings took."""
    return number(Published(root, "paper").table("tables/costs.csv")["processor_hours"].sum())


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rows))


BLOCKS: dict[str, Callable[[Path], str]] = {
    "table 1": _parzen("MNIST"),
    "other sets": _parzen("LFW faces", "CIFAR-10"),
    "likelihoods": _likelihoods,
    "ablations": _ablations,
    "epochs": _epochs,
    "hours": _hours,
}

if __name__ == "__main__":
    for path, text in files(Path()).items():
        write_text(Path(path), text)
