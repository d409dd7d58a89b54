"""The stages, each once: what the command line, the plan, the store, the profiles and docs ask.

A new stage is a function in `deepgen.stages`, a row here and a rule. Parameters of the function are
the row's options and, as it has them, `out`, `settings`, `inputs`, `seed`, `code` and `device`.
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from deepgen.data.entries import prepared_names, raw_inputs, raw_names
from deepgen.data.registry import DATASETS
from deepgen.engine import inputs, report_slices, slices
from deepgen.engine.inputs import Inputs, Values
from deepgen.engine.pages import TABLES, report_names
from deepgen.papers import PAPERS, paper_of, studies_of
from deepgen.typed import Settings


@dataclass(frozen=True)
class Option:
    """An option of a stage that names a file, a folder, or several (`nargs` "+")."""

    help: str
    required: bool = True
    nargs: str | None = None
    kind: Callable[[str], Any] = Path
    default: Any = None
    flag: str = ""
    metavar: str | None = None


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes:
        help: What it does, for `deepgen --help`.
        makes: What it makes, for the documentation.
        settings: The class of its slice.
        outputs: Its files below `--out`, by its settings.
        inputs: Its inputs, by its settings and options.
        options: Its own options, by the parameter of its function.
        rules: Of Snakemake, that run it.
        by_name: Whether an experiment has several, of which a person names one.
        provenance: What the record of a job is called after, if not the stage: several of its jobs
            may share a folder.
        seeded: Whether it is about one seed.
        device: Whether it may use a GPU.
        local: Whether it stays on the machine that runs Snakemake: for the internet, or because it
            takes seconds.
        kept: Where its outputs are kept; data are too large for the store, and what is drawn in
            seconds is kept nowhere.
        owns: Patterns of files below `--out` that only this stage makes there.
        whole_run: Whether it takes the file of a job about the whole run instead of settings.
    """

    help: str
    makes: str
    settings: type[Settings]
    outputs: Callable[[Values], Sequence[str]]
    inputs: Callable[[Values, Values], Inputs]
    options: dict[str, Option] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    by_name: bool = False
    provenance: str = ""
    seeded: bool = False
    device: bool = True
    local: bool = False
    kept: tuple[Literal["store", "ledger"], ...] = ("store", "ledger")
    owns: tuple[str, ...] = ()
    whole_run: bool = False


def seconds(text: str) -> float:
    """A time that a person gave.

    Raises:
        ValueError: if it is none.
    """
    if not 0 <= (number := float(text)) < math.inf:
        raise ValueError(text)
    return number


def _constant(*names: str) -> Callable[[Values], Sequence[str]]:
    return lambda settings: names


MODEL, DATA = Option("model file"), Option("folder that prepare made")
SAMPLES = Option("samples.npy")
OF_STUDIES = {
    *(f"study_{study}" for paper in (None, *PAPERS) for study in studies_of(paper)),
    *(
        f"study_{paper}_{name}"
        for paper in PAPERS
        for name, study in paper_of(paper).STUDIES.items()
        if study.of == "nothing"
    ),
}
OF_FIGURES = {f"draw_{paper}_{name}" for paper in PAPERS for name in paper_of(paper).RUN_FIGURES}

STAGES = {
    "fetch": Stage(
        help="download and verify the files of a data set",
        makes="`data/raw/<dataset>/`: the files, verified by the SHA-256 of their decompressed "
        "content",
        settings=slices.Fetch,
        inputs=inputs.of_nothing,
        outputs=raw_names,
        options={
            "bundled": Option(
                "folder asked last (default: data/bundled)", False, default=Path("data/bundled")
            ),
            "mirror": Option(
                "folder or base URL asked first: <mirror>/<dataset>/<file> (default: "
                "$DEEPGEN_MIRROR)",
                required=False,
                kind=str,
                default=os.environ.get("DEEPGEN_MIRROR"),
            ),
        },
        rules=tuple(f"fetch_{dataset}" for dataset in DATASETS),
        device=False,
        local=True,
        kept=("ledger",),
    ),
    "prepare": Stage(
        help="raw files to arrays and splits",
        makes="`data/prepared/<dataset>/`: `train.npy`, `valid.npy`, `test.npy` (uint8, N x H x W "
        "x C), labels, `meta.json`; for faces also `fold-<k>/{valid,test}.npy`",
        settings=slices.Prepare,
        inputs=lambda settings, given: inputs.in_folder(given["raw"], *raw_inputs(settings)),
        outputs=prepared_names,
        options={"raw": Option("folder that fetch made")},
        owns=("*_labels.npy",),
        rules=tuple(f"prepare_{dataset}" for dataset in DATASETS),
        device=False,
        kept=("ledger",),
    ),
    "count": Stage(
        help="count what a training takes: operations, memory and disk",
        makes="`results/<run>/<experiment>/operations.json`: what a training that is not run "
        "would take",
        settings=slices.Counting,
        inputs=inputs.of_nothing,
        outputs=_constant("operations.json"),
        rules=("count_operations",),
        device=False,
        local=True,
        kept=(),
    ),
    "train": Stage(
        help="train one seed of an experiment",
        makes="`results/<run>/<experiment>/seed-<s>/`: `selected.safetensors`, "
        "`last.safetensors`, `objective.safetensors`, `history.csv`, `previews.npy`",
        settings=slices.Train,
        inputs=inputs.of_training,
        outputs=_constant(
            *(f"{model}.safetensors" for model in ("selected", "last", "objective")),
            "history.csv",
            "previews.npy",
        ),
        options={
            "data": DATA,
            "first_phase": Option("model file of the experiment that init_from names", False),
            "stop_after": Option(
                "save and leave with code 75 after this time; the same command continues",
                required=False,
                kind=seconds,
                metavar="SECONDS",
            ),
        },
        rules=("train",),
        seeded=True,
    ),
    "sample": Stage(
        help="draw samples from a model; `deepgen sample NAME` is `deepgen draw NAME`",
        makes="`samples.npy` (float32, n x D, in the scoring space) under `seed-<s>/selected/` "
        "and `seed-<s>/last/`",
        settings=slices.Sample,
        inputs=lambda settings, given: inputs.of_options(given),
        outputs=_constant("samples.npy"),
        options={"model": MODEL},
        rules=("sample",),
        seeded=True,
    ),
    "reference": Stage(
        help="make a reference set of samples",
        makes="`samples.npy` that no generative model made, under `references/<name>/`",
        settings=slices.ReferenceSamples,
        inputs=inputs.of_data("train.npy"),
        outputs=_constant("samples.npy"),
        options={"data": DATA},
        rules=("make_reference",),
        by_name=True,
    ),
    "select-sigma": Stage(
        help="choose the Parzen window's bandwidth",
        makes="`sigma_grid.csv` and `sigma.json`, from validation images; under `fold-<k>/` where "
        "there are folds",
        settings=slices.SelectSigma,
        inputs=inputs.of_selection,
        outputs=_constant("sigma_grid.csv", "sigma.json"),
        options={"samples": SAMPLES, "data": DATA},
        rules=("select_sigma",),
    ),
    "likelihood": Stage(
        help="take the log-likelihood of the test split",
        makes="`likelihood.json`, from a model that has a likelihood, by each estimator, and "
        "`loglik.npy`, nats a test image, by the first",
        settings=slices.Likelihoods,
        inputs=inputs.of_data("test.npy"),
        outputs=_constant("loglik.npy", "likelihood.json"),
        options={"model": MODEL, "data": DATA},
        rules=("likelihood",),
    ),
    "classify": Stage(
        help="train a classifier, and take the features of all images",
        makes="`classifier/`: a small classifier, and what all scores share that compare samples "
        "in its features: `{train,valid,test}_features.npy`",
        settings=slices.Classify,
        inputs=inputs.of_data(
            "train.npy", "train_labels.npy", "valid.npy", "test.npy", "test_labels.npy"
        ),
        outputs=_constant(
            "classifier.safetensors",
            "classifier.json",
            *(f"{split}_features.npy" for split in ("train", "valid", "test")),
        ),
        options={"data": DATA},
        rules=("classify",),
    ),
    "score": Stage(
        help="score samples on the test split",
        makes="`parzen.json` with `parzen.npy`, every image's log-likelihood; `two_sample.json`, "
        "`precision_recall.json`, `mmd.json`, `data_copying.json`, from test images",
        settings=slices.Score,
        inputs=inputs.of_score,
        outputs=lambda settings: [
            f"{settings['score']}.{kind}" for kind in ("json", *["npy"] * ("folds" in settings))
        ],
        options={
            "samples": SAMPLES,
            "sigmas": Option(
                "sigma.json, or that of every fold in order, for a score under a sigma",
                required=False,
                nargs="+",
                default=[],
                flag="--sigma",
                metavar="FILE",
            ),
            "features": Option("folder that classify made, to compare features", False),
            "data": DATA,
        },
        rules=("score", "score_under_window"),
        by_name=True,
        provenance="{score}",
    ),
    "parzen-spread": Stage(
        help="take the errors of a Parzen score that its ± leaves out",
        makes="`parzen_spread.json`, from the first seed's selected model: two errors that the ± "
        "of its Parzen score leaves out",
        settings=slices.Spread,
        inputs=inputs.of_folds("parzen_spread"),
        outputs=_constant("parzen_spread.json"),
        options={
            "model": MODEL,
            "samples": Option("samples.npy of that model, as they were scored"),
            "data": DATA,
        },
        rules=("parzen_spread",),
        provenance="parzen_spread",
        seeded=True,
    ),
    "sampling": Stage(
        help="draw samples in several ways, and score each",
        makes="`sampling.json`, from the first seed's selected model: Parzen scores and "
        "autocorrelations of samples as they are set to be drawn and of other ways, whose times "
        "are in its record",
        settings=slices.Ways,
        inputs=inputs.of_folds("sampling"),
        outputs=_constant("sampling.json"),
        options={"model": MODEL, "data": DATA},
        rules=("sampling",),
        seeded=True,
    ),
    "study": Stage(
        help="work out what a figure shows",
        makes="what figures show and no other stage makes: `interpolation.npz`, "
        "`neighbours.npz`, what a paper's own figures show, such as `inpainting.npz`, and for "
        "Figure 1 of the first paper `gan2014/{figure1,theory}.npz`",
        settings=slices.StudyOf,
        inputs=inputs.of_study,
        outputs=lambda settings: slices.study_of(settings["study"]).outputs,
        options={
            "model": Option("model file, for a study of one", False),
            "samples": Option("samples.npy, for a study of samples", False),
            "data": Option("folder that prepare made, if the study reads images", False),
        },
        rules=tuple(OF_STUDIES),
        by_name=True,
        provenance="{study}",
    ),
    "figure": Stage(
        help="draw one figure",
        makes="`results/<run>/report/figures/`: each figure as PNG and PDF, and its caption",
        settings=slices.Drawing,
        inputs=inputs.of_roles,
        outputs=lambda settings: [f"{settings['output']}.{kind}" for kind in ("png", "pdf", "txt")],
        options={
            "input": Option(
                "what it is made of",
                required=False,
                nargs="+",
                kind=str,
                default=[],
                metavar="ROLE=PATH",
            )
        },
        rules=("draw_figure", *OF_FIGURES),
        by_name=True,
        provenance="{output}",
        device=False,
        local=True,
        kept=(),
    ),
    "table": Stage(
        help="make the tables of scores",
        makes="`results/<run>/report/tables/`: the tables of scores as CSV, Markdown and LaTeX",
        settings=report_slices.Tables,
        inputs=inputs.of_nothing,
        outputs=lambda _: [f"{name}.{kind}" for name in TABLES for kind in ("csv", "md", "tex")],
        rules=("make_tables",),
        provenance="tables",
        device=False,
        local=True,
        kept=(),
        whole_run=True,
    ),
    "report": Stage(
        help="write a page of the HTML report",
        makes="`results/<run>/report/`: `index.html`, a page a paper and a page an experiment",
        settings=report_slices.Page,
        inputs=inputs.of_nothing,
        outputs=report_names,
        rules=("write_page", "write_front_page", *(f"write_{paper}" for paper in PAPERS)),
        provenance="{page}",
        device=False,
        local=True,
        kept=(),
        whole_run=True,
    ),
}

# A rule or a folder has this name, and each experiment has a rule and a folder of its own
RESERVED = {"all", "index", "report", "data", "references", *PAPERS} | {
    rule for stage in STAGES.values() for rule in stage.rules
}
