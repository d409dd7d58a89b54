"""The numbers of the README and of pages of `docs/`, from the published tables:
`python -m deepgen.readme`.

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
from deepgen.papers.nice2014.table import published_of
from deepgen.report.cells import pick
from deepgen.report.likelihoods import named
from deepgen.report.printed import DASH, number, span
from deepgen.report.wording import name_in_papers

PAGES = ("README.md", "docs/nice.md", "docs/rivals.md")
BLOCK = re.compile(r"(<!-- numbers: (.+?) -->)(.*?)(<!-- /numbers -->)", re.DOTALL)
ESTIMATORS = (RELEASED_GRID, FINE_SIGMA)
SETTLED = "burn-in 1,000"  # end of the name of a way of drawing


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
        """Those of the published trainings, beside those that the experiment's file asks for; in
        brackets the chosen ones, where they are others.
        """
        own = pick(self.table("runs.csv"), experiment=experiment)
        path = self.root / "config/experiments" / f"{experiment}.yaml"
        full = load_experiment(path).training.epochs
        text = f"{span(own['epochs'].min(), own['epochs'].max())} of {full:,}"
        chosen = own["best_epoch"].fillna(own["epochs"])
        if (chosen == own["epochs"]).all():
            return text
        return f"{text} ({', '.join(f'{epoch:.0f}' for epoch in chosen)})"


def files(root: Path) -> dict[str, str]:
    """The pages with the numbers of today: {path below `root`: text}.

    Raises:
        DeepgenError: if a table is missing, or a block is not known.
    """

    pages = {page: (root / page).read_text(encoding="utf-8") for page in PAGES}

    def made(found: re.Match[str]) -> str:
        begin, name, _, end = found.groups()
        if name not in BLOCKS:
            (page,) = (page for page, text in pages.items() if text is found.string)
            raise DeepgenError(f"{page} has unknown numbers {name!r}: name {', '.join(BLOCKS)}")
        text = BLOCKS[name](root)
        return f"{begin}\n{text}\n{end}" if "\n" in text else f"{begin}{text}{end}"

    return {page: BLOCK.sub(made, text) for page, text in pages.items()}


def _parzen(*titles: str) -> Callable[[Path], str]:
    """A table of Parzen scores of these data sets, the published ones beside ours."""

    def made(root: Path) -> str:
        published = Published(root, "paper")
        table = published.table("tables/parzen.csv")
        head = ["", "the paper", "ours, released default grid", "ours, fine sigma"]
        rows = []
        for title in titles:
            rows += list(_of_dataset(published, pick(table, dataset=title), title))
        return _markdown([*head, "epochs (chosen)", "seeds"], rows)

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
            told = [published.epochs(files[0].partition("/")[0]), f"{own['num_seeds'].iloc[0]:.0f}"]
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
    for row in _flows(published):
        if row["selection"] == "selected":
            experiment = row["source"].partition("/")[0]
            rows.append([*_flow(row), published.epochs(experiment), str(row["num_seeds"])])
    head = ["", "the paper (bits)", "ours", "bits a pixel value", "epochs (chosen)", "seeds"]
    return _markdown(head, rows)


def _flows_in_full(root: Path) -> str:
    """The same of selected and last models, with the spread over draws and the Parzen scores."""
    published, rows = Published(root, "paper"), []
    parzen = pick(published.table("tables/parzen.csv"), origin="measured")
    runs = published.table("runs.csv")
    for row in _flows(published):
        own = pick(parzen, **{key: row[key] for key in ("model", "dataset", "selection")})
        scores = [_score(pick(own, estimator=e)) for e in ESTIMATORS]
        trained = pick(runs, experiment=row["source"].partition("/")[0]).iloc[0]
        last = row["selection"] == "last" or pd.isna(trained["best_epoch"])
        epoch = trained["epochs"] if last else trained["best_epoch"]
        spread = number(row["spread_over_draws"], 2)
        rows.append([*_flow(row), f"{epoch:.0f} of {trained['epochs']:.0f}", spread, *scores])
    head = ["", "the paper (bits)", "ours", "bits a pixel value", "epoch", "spread over draws"]
    return _markdown([*head, "Parzen, released grid", "Parzen, fine sigma"], rows)


def _flows(published: Published) -> list[dict]:
    table = pick(published.table("tables/likelihoods.csv"), kind="exact")
    twice = (table["selection"] == "last") & (table["same_model"] != "")
    rows = table[~twice].to_dict("records")
    return [row for row in rows if name_in_papers(row["model"]) == "NICE"]


def _flow(row: dict) -> list[str]:
    paper = published_of(row["dataset"])
    return [
        f"{row['dataset']}, {row['model']}",
        f"{number(paper.nats)} ({paper.bits:.2f})" if paper else "",
        f"{number(row['log_likelihood'])} ± {number(row['standard_error'])}",
        f"{row['bits_per_dimension']:.2f}",
    ]


def _rivals(root: Path) -> str:
    """Scores on MNIST of models whose samples come from chains, ways of drawing them (first seed,
    released grid), and estimates of the likelihood.
    """
    published, rows = Published(root, "paper"), []
    names = ("parzen", "sampling", "likelihoods")
    parzen, ways, likelihoods = (
        pick(published.table(f"tables/{name}.csv"), dataset="MNIST") for name in names
    )
    ways = ways[(ways["way"] != "independent draws") & (ways["estimator"] == RELEASED_GRID)]
    for title in dict.fromkeys(ways["model"]):
        own = pick(parzen, model=title, selection="selected")
        drawn = pick(ways, model=title)
        nats = [
            number(drawn.loc[rows_of(drawn["way"].str), "log_likelihood"].min(), 0)
            for rows_of in (lambda way: way.startswith("draws"), lambda way: way.endswith(SETTLED))
        ]
        known = pick(likelihoods, model=title, selection="selected")
        logs = [
            f"{number(row['log_likelihood'])} ({named(row).removeprefix('lower ')})"
            for row in known.drop_duplicates("estimator").to_dict("records")
        ]
        paper = pick(parzen, model=name_in_papers(title), origin="published")
        scores = [_score(pick(own, estimator=e), paper) for e in ESTIMATORS]
        seeds = f"{own['num_seeds'].iloc[0]:.0f}"
        rows.append([title, _paper(paper), *scores, seeds, *nats, "; ".join(logs) or DASH])
    head = ["", "published", "ours, released grid", "fine sigma", "seeds", "draws", "settled"]
    return _markdown([*head, "log p(x)"], rows)


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
    "flows": _flows_in_full,
    "rivals": _rivals,
    "ablations": _ablations,
    "epochs": _epochs,
    "hours": _hours,
}

if __name__ == "__main__":
    for path, text in files(Path()).items():
        write_text(Path(path), text)
