"""The run as a list of jobs: what Snakemake asks before it draws its graph.

Imports neither torch nor pandas, so that `snakemake -n` is quick.
"""

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any

from deepgen.config import Config, stage_settings
from deepgen.data.registry import DATASETS, prepared_names
from deepgen.files import canonical_json
from deepgen.jobs.identity import code_of

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
        self._resolved = cache(self._resolve)

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
        return canonical_json(code_of(stage, self._resolved(stage, experiment, name)))

    def for_wildcards(self, kind: Callable[..., str], stage: str) -> Callable[[Any], str]:
        """`settings` or `code` of a stage as a rule's params function, of wildcards only."""

        def params(wildcards: Any) -> str:
            names = (wildcards.get(key) for key in ("score", "figure", "reference"))
            return kind(stage, wildcards.experiment, next(filter(None, names), ""))

        return params

    @property
    def datasets(self) -> dict[str, str]:
        """Every data set of the run with the first experiment that uses it."""
        found: dict[str, str] = {}
        for name, experiment in self.experiments.items():
            found.setdefault(experiment.dataset, name)
        return found

    def raw_files(self, dataset: str) -> list[str]:
        """What `fetch` makes."""
        return [f"data/raw/{dataset}/{file.name}" for file in DATASETS[dataset].files]

    def prepared_files(self, dataset: str) -> list[str]:
        """What `prepare` makes."""
        names = prepared_names(DATASETS[dataset].prepare_settings())
        return [f"data/prepared/{dataset}/{name}" for name in names]

    @cached_property
    def table_rows(self) -> list[dict[str, Any]]:
        """What Table 1 is made of, one entry a scored set of samples."""
        return [row for name in self.experiments for row in self._rows(name)]

    @cached_property
    def report_inputs(self) -> dict[str, str]:
        """What the report is made of: {role: path}."""
        results = f"results/{self.run}"
        inputs = {"table1": f"{results}/report/tables/table1.csv"}
        provenance = [f"{results}/report/tables/table1"]
        for dataset in self.datasets:
            provenance += [f"data/raw/{dataset}/fetch", f"data/prepared/{dataset}/prepare"]
        for name, experiment in self.experiments.items():
            for figure in experiment.figures:
                path = f"{results}/report/figures/{name}/{figure}"
                inputs[f"figure:{name}/{figure}"] = f"{path}.png"
                inputs[f"caption:{name}/{figure}"] = f"{path}.txt"
                provenance.append(path)
            for seed in experiment.seeds:
                folder = f"{results}/{name}/seed-{seed}"
                inputs[f"history:{name}/seed-{seed}"] = f"{folder}/history.csv"
                provenance.append(f"{folder}/train")
        for row in self.table_rows:
            folder = f"{results}/{row['experiment']}/{row['source']}"
            made = "sample" if row["kind"] == "model" else "reference"
            provenance += [f"{folder}/{stage}" for stage in (made, "select-sigma", "parzen")]
        labels = {path: path.removeprefix(f"{results}/") for path in provenance}
        return inputs | {f"provenance:{labels[p]}": f"{p}.prov.json" for p in provenance}

    def _resolve(self, stage: str, experiment: str, name: str) -> dict[str, Any]:
        if stage == "table":
            return {"rows": self.table_rows}
        if stage == "report":
            return self._report_settings()
        return stage_settings(stage, self.experiments[experiment], name)

    def _report_settings(self) -> dict[str, Any]:
        experiments = {}
        for name, experiment in self.experiments.items():
            dataset = DATASETS[experiment.dataset]
            experiments[name] = {
                "title": experiment.title,
                "dataset_title": dataset.title,
                "dataset_citation": dataset.citation,
                "dataset_licence": dataset.licence,
                "settings": experiment.model_dump(mode="json"),
                "full_budget": self.config.full_budgets[name],
                "figures": [f"{name}/{figure}" for figure in experiment.figures],
            }
        title = "Generative Adversarial Nets"
        return {"run": self.run, "title": title, "experiments": experiments}

    def _rows(self, name: str) -> Iterator[dict[str, Any]]:
        experiment = self.experiments[name]
        common = {"experiment": name, "dataset": DATASETS[experiment.dataset].title}
        for seed in experiment.seeds:
            for checkpoint in CHECKPOINTS:
                yield common | {
                    "model": experiment.title,
                    "kind": "model",
                    "selection": checkpoint,
                    "seed": seed,
                    "source": f"seed-{seed}/{checkpoint}",
                }
        for reference in experiment.references.names:
            yield common | {
                "model": _reference_title(reference, experiment.references.model_dump()),
                "kind": "reference",
                "selection": "",
                "seed": None,
                "source": f"references/{reference}",
            }


def rule_name(*words: str) -> str:
    """A rule's name, which cannot hold a hyphen."""
    return "_".join(words).replace("-", "_")


def _reference_title(name: str, settings: dict[str, Any]) -> str:
    return {
        "training-images": f"{settings['num_samples']:,} training images",
        "kmeans": f"k-means, {settings['kmeans_centroids']:,} centroids",
        "gaussian": "Gaussian, full covariance",
    }[name]
