"""What the tables and the pages of a run's report are made of, for Snakemake and for the jobs."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from deepgen.config import lacks_data
from deepgen.engine.ablations import ablations
from deepgen.evaluation.catalogue import SCORES
from deepgen.figures.catalogue import FIGURES
from deepgen.files import canonical_json, write_text
from deepgen.papers import figures_of, paper_of
from deepgen.places import CHECKPOINTS, Place
from deepgen.report.roles import per_image, roles
from deepgen.size_checks import takes_samples

TABLES = ("parzen", "parzen_spread", "sampling", "scores", "likelihoods", "ablations")


class Pages:
    """Inputs, settings and files of the tables and of each page.

    A page is `index`, a paper or an experiment.

    Args:
        plan: The `deepgen.engine.plan.Plan` of the run, which has these pages as `pages`.
    """

    def __init__(self, plan: Any):
        self.plan, self.config, self.run = plan, plan.config, plan.run

    def job_file(self, page: str) -> str:
        """Where `write_job_files` puts the job that makes a page, or `tables`."""
        return f"results/{self.run}/.jobs/{page}.json"

    def write_job_files(self) -> None:
        """Write settings, code and inputs of the jobs that are about the whole run.

        Linux refuses an argument of more than 128 KiB, which a run of 50 experiments would need. A
        file that says the same already is left alone, so that only a change runs a job again.
        """
        for page in ["tables", "index", *self.plan.papers, *self.plan.experiments]:
            stage, name = ("table", "") if page == "tables" else ("report", page)
            job = {
                "settings": self.plan.resolved(stage, "", name),
                "code": self.plan.fingerprints(stage, "", name),
                "inputs": self.table_inputs if page == "tables" else self.inputs(page),
            }
            path, text = Path(self.job_file(page)), canonical_json(job)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                write_text(path, text)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """What the tables are made of, one entry a model or reference."""
        return [row for name in self.plan.experiments for row in self._rows(name)]

    @cached_property
    def table_inputs(self) -> dict[str, str]:
        """What the tables of scores are made of: {role: path}."""
        return self._scores(self.rows)

    def _rows_of(self, page: str) -> list[dict[str, Any]]:
        shown = self._shown(page)
        return [row for row in self.rows if row["experiment"] in shown]

    def _scores(self, rows: list[dict[str, Any]]) -> dict[str, str]:
        found = {role: (row, f"{name}.json") for role, (row, name) in roles(rows).items()}
        found |= {role: (row, "parzen.npy") for role, row in per_image(rows).items()}
        return {
            role: f"results/{self.run}/{row['experiment']}/{row['source']}/{file}"
            for role, (row, file) in found.items()
        }

    def inputs(self, page: str) -> dict[str, str]:
        """What a page of the report is made of: {role: path}.

        An experiment's page needs its own files alone, so that it is there whatever becomes of the
        others.

        Args:
            page: `index`, a paper or an experiment.
        """
        results, inputs, provenance = f"results/{self.run}", {}, []
        figures = self._figures(page)
        for name in self._shown(page):
            dataset = self.config[name].dataset_name
            provenance += [f"data/raw/{dataset}/fetch", f"data/prepared/{dataset}/prepare"]
            inputs |= self._evidence(name, figures)
        for figure in figures:
            path = f"{results}/report/figures/{figure}"
            inputs |= {f"figure:{figure}": f"{path}.png", f"caption:{figure}": f"{path}.txt"}
            provenance.append(path)
        for place in self.trainings(page):
            inputs[f"history:{place}"] = f"{results}/{place}/history.csv"
            provenance.append(f"{results}/{place}/train")
        for row in self._rows_of(page):
            provenance += self._made_for(row)
        inputs |= self._scores(self._rows_of(page))
        if page not in self.plan.experiments:
            provenance.append(f"{results}/report/tables/tables")
            for entry in self._not_run(page):
                for phase in entry.get("phases", []):
                    inputs[f"operations:{phase}"] = f"{results}/{phase}/operations.json"
        if page in self.plan.papers:
            provenance += [f"{results}/{page}/{study}" for study in self.plan.run_studies(page)]
        labels = {path: path.removeprefix(f"{results}/") for path in dict.fromkeys(provenance)}
        return inputs | {f"provenance:{labels[p]}": f"{p}.prov.json" for p in labels}

    def trainings(self, page: str) -> list[Place]:
        """Trainings of a page's experiments, each behind what it continues."""
        found: list[Place] = []
        for name in self._shown(page):
            for seed in self.plan.experiments[name].seeds:
                chain = [Place(phase, seed) for phase in self._phases(name)]
                found += [place for place in chain if place not in found]
        return found

    def files(self, page: str) -> list[str]:
        """Files that the stage `report` makes for a page."""
        return report_names(self.plan.resolved("report", "", page))

    def _made_for(self, row: dict[str, Any]) -> Iterator[str]:
        """Provenance of all that a row of the tables rests on, beside the training."""
        folder = f"results/{self.run}/{row['experiment']}/{row['source']}"
        if any(SCORES[score].of == "samples" for score in row["scores"]):
            yield f"{folder}/{'sample' if row['kind'] == 'model' else 'reference'}"
        for score in row["scores"]:
            yield f"{folder}/{score}"
            for fold in self.plan.sigma_folds(row["experiment"], score):
                yield f"{folder}/{fold}select-sigma"

    def _figures(self, page: str) -> list[str]:
        """The figures of a page, each `<experiment or paper>/<figure>`; the front page has none."""
        found = []
        for name in self._shown(page):
            for figure in self.config[name].figures:
                if page == name or (page in self.plan.papers and figure not in FIGURES):
                    found.append(f"{name}/{figure}")
        run_figures = self.plan.run_figures(page) if page in self.plan.papers else ()
        return found + [f"{page}/{figure}" for figure in run_figures]

    def _evidence(self, name: str, figures: list[str]) -> dict[str, str]:
        """Files of an experiment that the report shows beside its tables and figures."""
        folder, found = f"results/{self.run}/{name}", {}
        compared = [s for s in self.config[name].scores if SCORES[s].of == "samples"]
        if any(self.plan.classified(name, score) for score in compared):
            found[f"classifier:{name}"] = f"{folder}/classifier/classifier.json"
        for label in (label for label in figures if label.startswith(f"{name}/")):
            figure = label.removeprefix(f"{name}/")
            inputs = self.plan.figure_inputs(name, figure)
            for role in figures_of(self.config[name].paper)[figure].optional:
                if role in inputs:
                    found[f"data:{label}"] = f"{folder}/{inputs[role]}"
        return found

    def _shown(self, page: str) -> list[str]:
        """The experiments of a page."""
        if page in self.plan.papers:
            return [name for name, e in self.plan.experiments.items() if e.paper == page]
        return list(self.plan.experiments) if page == "index" else [page]

    def _phases(self, name: str) -> list[str]:
        """The experiment with what it continues before it."""
        first = self.config[name].init_from
        return [*(self._phases(first) if first else []), name]

    def table_settings(self) -> dict[str, Any]:
        """The settings of the stage `table`."""
        left_out = [{"dataset_title": e["dataset_title"]} for e in self._not_run()]
        settings = {"rows": self.rows, "not_run": left_out, "papers": self.plan.papers}
        return settings | self._ablations()

    def settings(self, page: str) -> dict[str, Any]:
        """The settings of the stage `report` for a page."""
        shown = self._shown(page)
        phases = {phase for name in shown for phase in self._phases(name)}
        first = [name for name in self.config.first_phases if name in phases]
        known = (self.config[name].paper for name in shown)
        papers = [page] if page in self.plan.papers else list(dict.fromkeys(filter(None, known)))
        settings = {
            "run": self.run,
            "page": page,
            "order": shown,  # which JSON with sorted keys would lose
            "experiments": {name: self._described(name) for name in shown},
            "first_phases": {name: self._described(name) for name in first},
            "not_run": [] if page in self.plan.experiments else self._not_run(page),
            "papers": [self._described_paper(name) for name in papers],
            "figures": self._figures(page),
            "rows": self._rows_of(page),
        }
        if page == "index":
            settings |= self._ablations()
        return settings | ({"paper": page} if page in self.plan.papers else {})

    def _ablations(self) -> dict[str, Any]:
        """The key `ablations`, if the run has any."""
        found = ablations(self.plan.experiments)
        return {"ablations": found} if found else {}

    def _described(self, name: str) -> dict[str, Any]:
        """What the report says of an experiment."""
        experiment = self.config[name]
        dataset = experiment.entry
        described = {
            "title": experiment.title,
            "dataset_title": dataset.title,
            "dataset_citation": dataset.citation,
            "dataset_licence": dataset.licence,
            "settings": _public(experiment.resolved()),
            "kinds": list(experiment.model.KINDS),
            "full_budget": self.config.full_budgets[name],
            "full_seeds": self.config.full_seeds[name],
            "figures": [f"{name}/{figure}" for figure in experiment.figures],
        }
        return described | ({"paper": experiment.paper} if experiment.paper else {})

    @staticmethod
    def _described_paper(name: str) -> dict[str, str]:
        paper = paper_of(name)
        return {"name": name, "title": paper.TITLE, "citation": paper.CITATION, "url": paper.URL}

    def _not_run(self, page: str = "") -> list[dict[str, Any]]:
        """Experiments that are left out or only counted, for the tables and the report.

        The page of a paper has its own; another one has all.
        """
        left_out = [{"experiment": name} for name in self.config.not_run]
        for name in self.config.run.not_run:
            entry = {"experiment": name, "phases": self._phases(name)}
            if name in self.config.default:
                entry["run_by"] = "config/config.yaml"
            left_out.append(entry)
        found = []
        for entry in left_out:
            experiment = self.config.not_run.get(entry["experiment"])
            experiment = experiment or self.config.counted[entry["experiment"]]
            if page in self.plan.papers and experiment.paper != page:
                continue
            dataset = experiment.entry
            entry |= {
                "dataset_title": dataset.title,
                "model": experiment.title,
                "seeds": len(experiment.seeds),
                "figures": experiment.figures,
            }
            if lacks_data(self.config.run, experiment):
                entry["how_to_get"] = dataset.how_to_get
            found.append(entry)
        return found

    def _rows(self, name: str) -> Iterator[dict[str, Any]]:
        experiment = self.plan.experiments[name]
        common = {"experiment": name, "dataset": experiment.entry.title}
        if experiment.paper:
            common["paper"] = experiment.paper
        trained, checkpoints = common, CHECKPOINTS
        if experiment.training.selection.rule == "last":
            trained, checkpoints = common | {"same_model": "last"}, ("selected",)
        for seed in experiment.seeds:
            for checkpoint in checkpoints:
                first = (seed, checkpoint) == (experiment.seeds[0], "selected")
                yield trained | {
                    "model": experiment.title,
                    "kind": "model",
                    "scores": [s for s in experiment.scores if first or not SCORES[s].once],
                    "selection": checkpoint,
                    "seed": seed,
                    "source": Place(name, seed, checkpoint).source,
                }
        if not takes_samples(experiment):
            return
        of_samples = [score for score in experiment.scores if SCORES[score].of == "samples"]
        for reference in experiment.references.names:
            # Training images against test images: what the comparing scores say of the truth
            real = reference == "training-images"
            yield common | {
                "model": _reference_title(reference, experiment.references.model_dump()),
                "kind": "reference",
                "scores": of_samples if real else [s for s in of_samples if SCORES[s].sigma],
                "selection": "",
                "source": Place(name, reference=reference).source,
            }


def _public(settings: dict[str, Any]) -> dict[str, Any]:
    """An experiment's settings without the folders of the user's machine."""
    if isinstance(settings["dataset"], str):
        return settings
    parts = {
        name: settings["dataset"][name] for name in ("train", "test") if name in settings["dataset"]
    }
    return settings | {"dataset": settings["dataset"] | {n: _named(p) for n, p in parts.items()}}


def _named(value: Any) -> Any:
    """A part of an own data set, of whose paths only the last name is left."""
    if isinstance(value, list):
        return [_named(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {k: PurePath(v).name if k == "path" else _named(v) for k, v in value.items()}


def report_names(settings: dict[str, Any]) -> list[str]:
    """Files that the stage `report` makes for a page."""
    page = settings["page"]
    if page == "index":
        return ["index.html", "runs.csv", "tables/costs.csv"]
    own = paper_of(page).TABLES if "paper" in settings else ()
    return [f"{page}.html", *(f"tables/{name}" for name in own)]


def _reference_title(name: str, settings: dict[str, Any]) -> str:
    return {
        "training-images": f"{settings['num_samples']:,} training images",
        "kmeans": f"k-means, {settings['kmeans_centroids']:,} centroids",
        "gaussian": "Gaussian, full covariance",
        "constant-image": "one constant image, the training mean",
    }[name]
