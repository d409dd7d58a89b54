"""Every job that a run plans, with the files that it makes.

`tests/workflow/test_lost.py` holds this list against the graph that Snakemake draws.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deepgen.engine.plan import Plan, rule_name
from deepgen.engine.stages import STAGES
from deepgen.evaluation.catalogue import SCORES
from deepgen.papers import figures_of, studies_of
from deepgen.places import Place


@dataclass(frozen=True)
class PlannedJob:
    """One job of a run.

    Attributes:
        record: Its provenance.
        outputs: The other files that it makes.
        owner: Whose it is: `data/<dataset>`, an experiment, a paper, or `index` for what is about
            the whole run.
    """

    record: str
    outputs: tuple[str, ...]
    owner: str


def planned_jobs(plan: Plan) -> dict[str, PlannedJob]:
    """All jobs of a run, by their record."""
    return {job.record: job for part in (_data, _scored, _drawn, _told) for job in part(plan)}


def owners_of(plan: Plan, targets: Iterable[str]) -> set[str]:
    """Whose jobs targets of Snakemake stand for, all that these rest on included.

    Args:
        targets: Rules and paths. None, and any that is about no single experiment or data set,
            stand for the whole run.
    """
    named = {rule_name(experiment): experiment for experiment in plan.experiments}
    found = {named.get(target) or _owner_of_path(plan.run, target) for target in targets}
    single = {*plan.trained, *(f"data/{dataset}" for dataset in plan.datasets)}
    if not found or found - single:
        return single | {*plan.papers, *plan.counted, "index"}
    waiting = [name for name in found if name in plan.trained]
    while waiting:
        experiment = plan.config[waiting.pop()]
        found.add(f"data/{experiment.dataset}")
        if experiment.init_from:
            found.add(experiment.init_from)
            waiting.append(experiment.init_from)
    return found


def _owner_of_path(run: str, path: str) -> str:
    match path.split("/"):
        case ["data", "raw" | "prepared", dataset, _, *_]:
            return f"data/{dataset}"
        case ["results", name, "report", page] if name == run:
            return page.rpartition(".")[0]
        case ["results", name, "report", "figures", owner, _] if name == run:
            return owner
        case ["results", name, owner, _, *_] if name == run:
            return owner
    return ""


def _job(plan: Plan, stage: str, folder: str, owner: str, asks: str, name: str = "") -> PlannedJob:
    """One job, whose settings the plan knows by `asks` and `name`."""
    settings = plan.resolved(stage, asks, name)
    record = (STAGES[stage].provenance or stage).format(**settings).rpartition(".")[2]
    outputs = tuple(f"{folder}/{output}" for output in STAGES[stage].outputs(settings))
    return PlannedJob(f"{folder}/{record}.prov.json", outputs, owner)


def _data(plan: Plan) -> Iterator[PlannedJob]:
    for dataset, user in plan.datasets.items():
        for stage, kind in (("fetch", "raw"), ("prepare", "prepared")):
            yield _job(plan, stage, f"data/{kind}/{dataset}", f"data/{dataset}", user)


def _scored(plan: Plan) -> Iterator[PlannedJob]:
    """Trainings, samples and scores."""
    results = f"results/{plan.run}"
    for place in plan.pages.trainings("index"):
        yield _job(plan, "train", f"{results}/{place}", place.experiment, place.experiment)
    for row in plan.pages.rows:
        name = row["experiment"]
        folder = f"{results}/{name}/{row['source']}"
        if any(SCORES[score].of == "samples" for score in row["scores"]):
            yield _samples(plan, name, row["source"])
        for score in row["scores"]:
            of_samples = SCORES[score].of == "samples"
            stage = "score" if of_samples else score.replace("_", "-")
            yield _job(plan, stage, folder, name, name, score if of_samples else "")
            for fold in plan.sigma_folds(name, score):
                yield _job(plan, "select-sigma", f"{folder}/{fold}".rstrip("/"), name, name)
            if SCORES[score].of == "model" and SCORES[score].sigma:
                yield _samples(plan, name, row["source"])
            if of_samples and plan.classified(name, score):
                yield _job(plan, "classify", f"{results}/{name}/classifier", name, name)


def _samples(plan: Plan, experiment: str, source: str) -> PlannedJob:
    folder = f"results/{plan.run}/{experiment}/{source}"
    reference = source.removeprefix("references/")
    if reference == source:
        return _job(plan, "sample", folder, experiment, experiment)
    return _job(plan, "reference", folder, experiment, experiment, reference)


def _drawn(plan: Plan) -> Iterator[PlannedJob]:
    """Studies and figures."""
    results = f"results/{plan.run}"
    figures = f"{results}/report/figures"
    for name, experiment in plan.experiments.items():
        chosen = Place(name, experiment.seeds[0], "selected").source
        for figure in experiment.figures:
            yield _job(plan, "figure", f"{figures}/{name}", name, name, figure)
            study = figures_of(experiment.paper)[figure].study
            if study:
                yield _job(plan, "study", f"{results}/{name}/{chosen}", name, name, study)
            of_samples = study and studies_of(experiment.paper)[study].of == "samples"
            if of_samples or f"{chosen}/samples.npy" in plan.figure_inputs(name, figure).values():
                yield _samples(plan, name, chosen)
    for paper in plan.papers:
        for study in plan.run_studies(paper):
            yield _job(plan, "study", f"{results}/{paper}", paper, paper, study)
        for figure in plan.run_figures(paper):
            yield _job(plan, "figure", f"{figures}/{paper}", paper, paper, figure)


def _told(plan: Plan) -> Iterator[PlannedJob]:
    """What is only counted, tables and pages."""
    for name in plan.counted:
        yield _job(plan, "count", f"results/{plan.run}/{name}", name, name)
    report = f"results/{plan.run}/report"
    yield _job(plan, "table", f"{report}/tables", "index", "")
    for page in ("index", *plan.papers, *plan.experiments):
        yield _job(plan, "report", report, page, "", page)
