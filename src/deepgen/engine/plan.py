"""The run as a list of jobs: what Snakemake asks before it draws its graph.

Imports neither torch nor pandas, so that `snakemake -n` is quick.
"""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from deepgen.config import Config
from deepgen.data.entries import Dataset, prepared_names, raw_names
from deepgen.engine.identity import code_from, roots_of
from deepgen.engine.pages import Pages
from deepgen.engine.resolve import paper_settings, published_models, stage_settings
from deepgen.engine.stages import RESERVED
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES, splits
from deepgen.figures.catalogue import Study
from deepgen.files import canonical_json
from deepgen.papers import PAPERS, figures_of, paper_of, studies_of
from deepgen.places import Place, fold_folders
from deepgen.settings import Experiment


class Plan:
    """Names, settings and code of a run's jobs.

    Args:
        config: A checked configuration.

    Raises:
        DeepgenError: if an experiment has the name of a rule or folder.
    """

    def __init__(self, config: Config):
        groups = config.experiments | config.first_phases
        own = {rule_name(k, e.dataset_name) for e in groups.values() for k in ("fetch", "prepare")}
        for name in (*groups, *config.counted):
            if rule_name(name) in RESERVED | own:
                raise DeepgenError(
                    f"run {config.run.run}: {name!r} is the name of a rule or folder of every run: "
                    "rename the experiment"
                )
        self.config = config
        self.run = config.run.run
        self.experiments = config.experiments
        self.pages = Pages(self)
        # Asked for every job, and the same for every seed; code also for most experiments
        self.resolved = cache(self._resolve)
        self.fingerprints = cache(self._fingerprint)
        self._code_from = cache(code_from)

    def settings(self, stage: str, owner: str = "", name: str = "") -> str:
        """The stage's resolved slice of the settings, as canonical JSON.

        Args:
            owner: The experiment, or the paper of a study or figure that is about none; for `fetch`
                and `prepare` any experiment on the data set; for `table` and `report`, which are
                about the whole run, none.
            name: Of the score, figure, study, reference or page, for the stages that have one.
        """
        return canonical_json(self.resolved(stage, owner, name))

    def code(self, stage: str, owner: str = "", name: str = "") -> str:
        """Fingerprints of the code that the stage can reach, as canonical JSON."""
        return canonical_json(self.fingerprints(stage, owner, name))

    def for_wildcards(
        self, kind: Callable[..., str], stage: str, name: str = ""
    ) -> Callable[[Any], str]:
        """`settings` or `code` of a stage as a rule's params function, of wildcards only."""

        def params(wildcards: Any) -> str:
            names = (wildcards.get(key) for key in ("score", "figure", "reference"))
            return kind(stage, wildcards.experiment, name or next(filter(None, names), ""))

        return params

    @property
    def trained(self) -> dict[str, Experiment]:
        """All experiments that are trained, scored or not."""
        return self.experiments | self.config.first_phases

    @property
    def counted(self) -> dict[str, Experiment]:
        """Experiments whose training is only counted, each behind what it continues."""
        return self.config.counted

    @property
    def left_out(self) -> dict[str, list[str]]:
        """Experiments whose set must be asked for, under the sentence that says how."""
        found: dict[str, list[str]] = {}
        for name, experiment in self.config.not_run.items():
            found.setdefault(experiment.entry.how_to_get, []).append(name)
        return found

    @cached_property
    def papers(self) -> list[str]:
        """The papers that any experiment of the run stands for."""
        named = {e.paper for e in (self.experiments | self.config.not_run).values()}
        return [paper for paper in PAPERS if paper in named]

    @property
    def datasets(self) -> dict[str, str]:
        """Every data set of the run with the first experiment that uses it."""
        found: dict[str, str] = {}
        for name, experiment in self.trained.items():
            found.setdefault(experiment.dataset_name, name)
        return found

    @cached_property
    def studies(self) -> dict[str, Study]:
        """The studies of models and samples that the run's experiments may ask for."""
        return {n: s for paper in (None, *self.papers) for n, s in studies_of(paper).items()}

    def run_studies(self, paper: str) -> dict[str, Study]:
        """The studies of a paper that are about no experiment."""
        return {n: s for n, s in paper_of(paper).STUDIES.items() if s.of == "nothing"}

    def run_figures(self, paper: str) -> dict[str, dict[str, str]]:
        """The figures of a paper that are about no experiment: {name: {role: path}} of inputs.

        A comparison of the paper's models is left out where the run has fewer than two.
        """
        results = f"results/{self.run}"
        return {
            name: {role: f"{results}/{paper}/{file}" for role, file in figure.inputs.items()}
            | {role: f"{results}/report/tables/{t}.csv" for role, t in figure.tables.items()}
            for name, figure in paper_of(paper).RUN_FIGURES.items()
            if not figure.compares
            or len(published_models(paper, figure.compares, self.experiments)) > 1
        }

    def training_files(self, experiment: str) -> list[str]:
        """Prepared files that a training reads; validation images only if it selects by them."""
        selection = self.config[experiment].training.selection
        return ["train.npy", "train_labels.npy"] + ["valid.npy"] * selection.READS_VALIDATION

    def folds(self, experiment: str) -> list[str]:
        """Folders of the folds that choose sigma, `fold-1/` and so on; `""` without folds."""
        return fold_folders(self.config[experiment].entry.folds)

    def sigma_folds(self, experiment: str, score: str) -> list[str]:
        """The folds whose sigma a score is given; none for a score without one."""
        spec = SCORES[score]
        return self.folds(experiment) if spec.sigma and spec.of == "samples" else []

    def score_files(self, experiment: str, score: str) -> dict[str, str]:
        """Prepared files that a score reads, by split."""
        read = splits(score, self.config[experiment].comparison.held_out)
        folds = self.folds(experiment) if SCORES[score].sigma else [""]
        return {f"{fold}{split}": f"{fold}{split}.npy" for fold in folds for split in read}

    def classified(self, experiment: str, score: str) -> bool:
        """Whether a score also compares in a classifier's features."""
        return "features" in self.resolved("score", experiment, score)

    def figure_inputs(self, experiment: str, figure: str) -> dict[str, str]:
        """What a figure is made of, by role, below the experiment's folder."""
        own = self.config[experiment]
        spec = figures_of(own.paper)[figure]
        seed = own.seeds[0]
        names = {
            "seed": Place(experiment, seed).source,
            "chosen": Place(experiment, seed, "selected").source,
            "fold": self.folds(experiment)[0],
        }
        inputs = {role: path.format(**names) for role, path in spec.inputs.items()}
        return inputs | {
            role: path.format(**names) for role, path in spec.optional.items() if _scored(own, path)
        }

    def entry(self, dataset: str) -> Dataset:
        """What is known of a data set of the run."""
        return self.trained[self.datasets[dataset]].entry

    def raw_files(self, dataset: str) -> list[str]:
        """What `fetch` makes."""
        names = raw_names(self.entry(dataset).fetch_settings(dataset))
        return [f"data/raw/{dataset}/{name}" for name in names]

    def prepared_files(self, dataset: str) -> list[str]:
        """What `prepare` makes."""
        names = prepared_names(self.entry(dataset).prepare_settings())
        return [f"data/prepared/{dataset}/{name}" for name in names]

    def _resolve(self, stage: str, owner: str, name: str) -> dict[str, Any]:
        if stage == "count" and owner in self.counted:  # without this run's overrides
            return stage_settings(stage, self.counted[owner])
        if stage == "table":
            return self.pages.table_settings()
        if stage == "report":
            return self.pages.settings(name)
        if owner in PAPERS:
            return paper_settings(stage, self.config.run, owner, name, self.experiments)
        if stage == "fetch":
            own = self.config[owner]
            return own.entry.fetch_settings(own.dataset_name, self.config.run.data.tfd.file)
        return stage_settings(stage, self.config[owner], name, self.config.run.papers)

    def _fingerprint(self, stage: str, owner: str, name: str) -> dict[str, str]:
        return self._code_from(*roots_of(stage, self.resolved(stage, owner, name)))


def _scored(experiment: Experiment, path: str) -> bool:
    """Whether `<folder>/<score>.json` is made, of a model or of a reference."""
    *folder, file = path.split("/")
    known = folder[0] != "references" or folder[1] in experiment.references.names
    return known and file.removesuffix(".json") in experiment.scores


def rule_name(*words: str) -> str:
    """A rule's name, which cannot hold a hyphen."""
    return "_".join(words).replace("-", "_")
