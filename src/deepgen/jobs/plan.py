"""The run as a list of jobs: what Snakemake asks before it draws its graph.

Imports neither torch nor pandas, so that `snakemake -n` is quick.
"""

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any

from deepgen.checks import THEORY_FIGURES, figure_module
from deepgen.config import Config, stage_settings, theory_settings, uses_features
from deepgen.data.registry import DATASETS, prepared_names, raw_names
from deepgen.files import canonical_json
from deepgen.jobs.identity import code_of
from deepgen.settings import Experiment

CHECKPOINTS = ("selected", "last")


class Plan:
    """Names, settings and code of a run's jobs.

    Args:
        config: A checked configuration.
    """

    def __init__(self, config: Config):
        self.config = config
        self.run = config.run.run
        self.experiments = config.experiments
        # Asked for every job, and the same for every seed
        self._resolved = cache(self._resolve)
        self._fingerprints = cache(self._fingerprint)

    def settings(self, stage: str, experiment: str = "", name: str = "") -> str:
        """The stage's resolved slice of the settings, as canonical JSON.

        Args:
            experiment: For `fetch` and `prepare` any experiment on the data set; for `table` and
                `report`, which are about the whole run, none.
            name: Of the score, figure or reference, for the stages that have one.
        """
        return canonical_json(self._resolved(stage, experiment, name))

    def code(self, stage: str, experiment: str = "", name: str = "") -> str:
        """Fingerprints of the code that the stage can reach, as canonical JSON."""
        return canonical_json(self._fingerprints(stage, experiment, name))

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
        return self.experiments | self.config.earlier

    @property
    def left_out(self) -> dict[str, str]:
        """Experiments whose set must be asked for, with the sentence how."""
        return {n: DATASETS[e.dataset].how_to_get for n, e in self.config.not_run.items()}

    @property
    def datasets(self) -> dict[str, str]:
        """Every data set of the run with the first experiment that uses it."""
        found: dict[str, str] = {}
        for name, experiment in self.trained.items():
            found.setdefault(experiment.dataset, name)
        return found

    def training_files(self, experiment: str) -> list[str]:
        """Prepared files that a training reads; validation images only if it selects by them."""
        rule = self.config[experiment].training.selection.rule
        return ["train.npy", "train_labels.npy"] + ["valid.npy"] * (rule != "last")

    def folds(self, experiment: str) -> list[str]:
        """Folders of the folds that choose sigma, `fold-1/` and so on; `""` without folds."""
        count = DATASETS[self.config[experiment].dataset].folds
        return [f"fold-{k}/" for k in range(1, count + 1)] or [""]

    def compared_splits(self, experiment: str, score: str) -> list[str]:
        """Prepared splits that a comparing score reads."""
        return compared_splits(self._resolved("score", experiment, score))

    def classified(self, experiment: str) -> bool:
        """Whether samples are compared in a classifier's features, too."""
        return uses_features(self.config[experiment])

    def figure_inputs(self, experiment: str, figure: str) -> dict[str, str]:
        """What a figure is made of, by role, below the experiment's folder."""
        seed = f"seed-{self.config[experiment].seeds[0]}"
        chosen = f"{seed}/selected"
        fold = self.folds(experiment)[0]
        inputs = {
            "figure2": {
                "samples": f"{chosen}/samples.npy",
                "neighbours": f"{chosen}/neighbours.npz",
                "data_copying": f"{chosen}/data_copying.json",
            },
            "figure3": {"interpolation": f"{chosen}/interpolation.npy"},
            "sigma_curve": {
                "sigma_grid": f"{chosen}/{fold}sigma_grid.csv",
                "sigma": f"{chosen}/{fold}sigma.json",
            },
            "training_curves": {"history": f"{seed}/history.csv"},
            "previews": {"previews": f"{seed}/previews.npy", "history": f"{seed}/history.csv"},
        }[figure_module(figure)]
        if "data_copying" not in self.config[experiment].scores:
            inputs.pop("data_copying", None)
        return inputs

    def raw_files(self, dataset: str) -> list[str]:
        """What `fetch` makes."""
        names = raw_names(DATASETS[dataset].fetch_settings(dataset))
        return [f"data/raw/{dataset}/{name}" for name in names]

    def prepared_files(self, dataset: str) -> list[str]:
        """What `prepare` makes."""
        names = prepared_names(DATASETS[dataset].prepare_settings())
        return [f"data/prepared/{dataset}/{name}" for name in names]

    @cached_property
    def table_rows(self) -> list[dict[str, Any]]:
        """What Table 1 is made of, one entry a scored set of samples."""
        return [row for name in self.experiments for row in self._rows(name)]

    def page_inputs(self, page: str) -> dict[str, str]:
        """What a page of the report is made of: {role: path}.

        An experiment's page needs its own files alone, so that it is there whatever becomes of the
        others.

        Args:
            page: `index` or an experiment.
        """
        results = f"results/{self.run}"
        index = page == "index"
        figures = [f"theory/{name}" for name in THEORY_FIGURES] if index else []
        inputs = {}
        provenance = []
        for name in self._shown(page):
            dataset = self.config[name].dataset
            provenance += [f"data/raw/{dataset}/fetch", f"data/prepared/{dataset}/prepare"]
            figures += [f"{name}/{figure}" for figure in self.config[name].figures]
            inputs |= self._evidence(name)
        for figure in figures:
            path = f"{results}/report/figures/{figure}"
            inputs |= {f"figure:{figure}": f"{path}.png", f"caption:{figure}": f"{path}.txt"}
            provenance.append(path)
        for name, seed in self._trainings(page):
            folder = f"{results}/{name}/seed-{seed}"
            inputs[f"history:{name}/seed-{seed}"] = f"{folder}/history.csv"
            provenance.append(f"{folder}/train")
        for row in (row for row in self.table_rows if row["experiment"] in self._shown(page)):
            folder = f"{results}/{row['experiment']}/{row['source']}"
            made = "sample" if row["kind"] == "model" else "reference"
            provenance += [f"{folder}/{stage}" for stage in (made, *row["scores"])]
            provenance += [f"{folder}/{fold}select-sigma" for fold in self.folds(row["experiment"])]
        if index:
            tables = f"{results}/report/tables"
            inputs |= {name: f"{tables}/{name}.csv" for name in ("table1", "scores")}
            provenance += [f"{tables}/tables", f"{results}/theory/theory"]
        else:
            inputs |= {
                role: path for role, path in self.table_inputs.items() if f":{page}/" in role
            }
        labels = {path: path.removeprefix(f"{results}/") for path in dict.fromkeys(provenance)}
        return inputs | {f"provenance:{labels[p]}": f"{p}.prov.json" for p in labels}

    def _evidence(self, name: str) -> dict[str, str]:
        """Files of an experiment that the report shows beside its tables and figures."""
        folder, found = f"results/{self.run}/{name}", {}
        experiment = self.config[name]
        if self.classified(name) and set(experiment.scores) - {"parzen"}:
            found[f"classifier:{name}"] = f"{folder}/classifier/classifier.json"
        for figure in experiment.figures:
            if path := self.figure_inputs(name, figure).get("data_copying"):
                found[f"data:{name}/{figure}"] = f"{folder}/{path}"
        return found

    def _shown(self, page: str) -> list[str]:
        """The experiments of a page."""
        return list(self.experiments) if page == "index" else [page]

    def _trainings(self, page: str) -> list[tuple[str, int]]:
        """Experiment and seed of a page's trainings, each after those that it continues."""
        found = []
        for name in self._shown(page):
            for seed in self.experiments[name].seeds:
                chain = [(phase, seed) for phase in self._phases(name)]
                found += [training for training in chain if training not in found]
        return found

    def _phases(self, name: str) -> list[str]:
        """The experiment with what it continues before it."""
        earlier = self.config[name].init_from
        return [*(self._phases(earlier) if earlier else []), name]

    def _resolve(self, stage: str, experiment: str, name: str) -> dict[str, Any]:
        if stage == "table":
            return {"rows": self.table_rows, "not_run": self._not_run()}
        if stage == "report":
            return self._report_settings(name)
        if stage == "fetch":
            dataset = self.config[experiment].dataset
            return DATASETS[dataset].fetch_settings(dataset, self.config.run.data.tfd.file)
        if not experiment:
            return theory_settings(stage, self.config.run, name)
        return stage_settings(stage, self.config[experiment], name)

    def _fingerprint(self, stage: str, experiment: str, name: str) -> dict[str, str]:
        return code_of(stage, self._resolved(stage, experiment, name))

    def _report_settings(self, page: str) -> dict[str, Any]:
        shown = self._shown(page)
        phases = {phase for name in shown for phase in self._phases(name)}
        settings = {
            "run": self.run,
            "page": page,
            "title": "Generative Adversarial Nets",
            "order": shown,  # which JSON with sorted keys would lose
            "experiments": {name: self._described(name) for name in shown},
            "earlier": {
                name: self._described(name) for name in self.config.earlier if name in phases
            },
            "not_run": self._not_run(),
        }
        if page == "index":
            return settings
        rows = [row for row in self.table_rows if row["experiment"] == page]
        return settings | {"not_run": [], "rows": rows}

    def _described(self, name: str) -> dict[str, Any]:
        """What the report says of an experiment."""
        experiment = self.config[name]
        dataset = DATASETS[experiment.dataset]
        return {
            "title": experiment.title,
            "dataset_title": dataset.title,
            "dataset_citation": dataset.citation,
            "dataset_licence": dataset.licence,
            "settings": experiment.model_dump(mode="json"),
            "full_budget": self.config.full_budgets[name],
            "full_seeds": self.config.full_seeds[name],
            "figures": [f"{name}/{figure}" for figure in experiment.figures],
        }

    @cached_property
    def table_inputs(self) -> dict[str, str]:
        """What the tables of scores are made of: {role: path}."""
        return {
            f"{score}:{row['experiment']}/{row['source']}": (
                f"results/{self.run}/{row['experiment']}/{row['source']}/{score}.json"
            )
            for row in self.table_rows
            for score in row["scores"]
        }

    def _not_run(self) -> list[dict[str, str]]:
        """Experiments that are left out, for the tables and the report."""
        return [
            {
                "experiment": name,
                "dataset_title": DATASETS[experiment.dataset].title,
                "model": experiment.title,
                "how_to_get": DATASETS[experiment.dataset].how_to_get,
            }
            for name, experiment in self.config.not_run.items()
        ]

    def _rows(self, name: str) -> Iterator[dict[str, Any]]:
        experiment = self.experiments[name]
        common = {"experiment": name, "dataset": DATASETS[experiment.dataset].title}
        all_scores = {"scores": list(experiment.scores)}
        parzen = {"scores": [score for score in experiment.scores if score == "parzen"]}
        for seed in experiment.seeds:
            for checkpoint in CHECKPOINTS:
                yield (
                    common
                    | all_scores
                    | {
                        "model": experiment.title,
                        "kind": "model",
                        "selection": checkpoint,
                        "seed": seed,
                        "source": f"seed-{seed}/{checkpoint}",
                    }
                )
        for reference in experiment.references.names:
            # Training images against test images: what the comparing scores say of the truth
            scores = all_scores if reference == "training-images" else parzen
            yield (
                common
                | scores
                | {
                    "model": _reference_title(reference, experiment.references.model_dump()),
                    "kind": "reference",
                    "selection": "",
                    "seed": None,
                    "source": f"references/{reference}",
                }
            )


def compared_splits(settings: dict[str, Any]) -> list[str]:
    """Prepared splits that a comparing score reads under its settings, each once."""
    train = ["train"] * (settings["score"] == "data_copying")
    return list(dict.fromkeys(["test", "valid", settings["comparison"]["held_out"], *train]))


def report_names(settings: dict[str, Any]) -> list[str]:
    """Files that the stage `report` makes for a page."""
    if settings["page"] != "index":
        return [f"{settings['page']}.html"]
    return ["index.html", "runs.csv", "tables/costs.csv", "tables/table2.md", "tables/table2.tex"]


def rule_name(*words: str) -> str:
    """A rule's name, which cannot hold a hyphen."""
    return "_".join(words).replace("-", "_")


def _reference_title(name: str, settings: dict[str, Any]) -> str:
    return {
        "training-images": f"{settings['num_samples']:,} training images",
        "kmeans": f"k-means, {settings['kmeans_centroids']:,} centroids",
        "gaussian": "Gaussian, full covariance",
    }[name]
