"""What no single key can say of itself: does an experiment fit its data set and its run?"""

from collections.abc import Collection
from typing import Any, get_args

from deepgen.abilities import capabilities, check_needs, possible_estimators
from deepgen.data.registry import DATASETS
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES
from deepgen.evaluation.catalogue import possible as possible_scores
from deepgen.figures.catalogue import FIGURES
from deepgen.figures.catalogue import possible as possible_figures
from deepgen.likelihood_checks import check_likelihood, likelihood_with_defaults
from deepgen.papers import PAPERS, figures_of, needs, paper_of, studies_of
from deepgen.sections import check_section, closest, meant
from deepgen.settings import Experiment, Reference, Run
from deepgen.size_checks import check_sizes, fitted, takes_samples


def check_run(run: Run, where: str) -> None:
    """Refuse names of experiments that Snakemake could not tell apart, and lost overrides.

    Raises:
        DeepgenError: one sentence that begins with `where`, as everywhere in this module.
    """
    rules: dict[str, str] = {}
    for i, name in enumerate(run.experiments):
        rule = name.replace("-", "_")
        if rule in rules:
            raise DeepgenError(
                f"{where}: experiments[{i}] is {name!r}, which differs from {rules[rule]!r} only "
                "in - and _: rename one of them"
            )
        rules[rule] = name
    if both := [name for name in run.not_run if name in run.experiments]:
        raise DeepgenError(
            f"{where}: not_run names {both[0]!r}, which experiments names, too: leave it out of one"
        )


def check_overrides(run: Run, known: set[str], where: str) -> None:
    """Refuse overrides of an experiment that does not exist.

    Those of an experiment that the run does not build stay without effect, so that one set can be
    left out by naming the others: `--config 'experiments=[mnist]'`.
    """
    for name in run.overrides:
        if name not in known:
            raise DeepgenError(f"{where}: overrides.{name} is no experiment{meant(name, known)}")


def check_references(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse experiments whose reference rows would differ in one block of a table."""
    first: dict[tuple[str, str], str] = {}
    for name, experiment in experiments.items():
        if not experiment.references.names or not takes_samples(experiment):
            continue
        key = experiment.dataset_name, experiment.score_space.name
        other = first.setdefault(key, name)
        for section in ("references", "comparison", "classifier", "parzen"):
            if getattr(experiment, section) != getattr(experiments[other], section):
                raise DeepgenError(
                    f"{where}: {section} differs in the experiments {other} and {name}, which "
                    f"share the reference rows of {experiment.dataset_name}: make the two equal"
                )


def check_datasets(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse two own data sets of one name, which would have one folder."""
    first: dict[str, str] = {}
    for name, experiment in experiments.items():
        other = first.setdefault(experiment.dataset_name, name)
        if experiments[other].dataset != experiment.dataset:
            raise DeepgenError(
                f"{where}: dataset {experiment.dataset_name!r} differs in the experiments {other} "
                f"and {name}: make the two blocks equal, or rename one"
            )


def check_first_phases(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse an `init_from` that leads in a circle or to a model that cannot begin this one."""
    for name, experiment in experiments.items():
        above, seen = experiment, [name]
        while above.init_from:
            if above.init_from in seen:
                circle = " -> ".join([*seen, above.init_from])
                raise DeepgenError(
                    f"{where}: init_from leads in a circle ({circle}): let one of them begin "
                    "without it"
                )
            seen.append(above.init_from)
            above = experiments[above.init_from]
        if experiment.init_from:
            _check_first_phase(name, experiment, experiments[experiment.init_from], where)


def _check_first_phase(name: str, experiment: Experiment, first: Experiment, where: str) -> None:
    spaces = [e.model_space for e in (experiment, first)]
    families = [e.model.family for e in (experiment, first)]
    if "continue" not in experiment.model.CAN:
        problem = f"cannot begin a model of the family {experiment.model.family}"
    elif families[1] not in {families[0], *experiment.model.CONTINUES}:
        problem = f"is of the family {families[1]}"
    elif first.dataset_name != experiment.dataset_name:
        problem = f"is on {first.dataset_name}, not on {experiment.dataset_name}"
    elif spaces[0] != spaces[1]:
        problem = f"is in the model_space {spaces[1].resolved()}, not in {spaces[0].resolved()}"
    else:
        try:
            return experiment.model.check_first_phase(first.model)
        except ValueError as error:
            problem = str(error)
    raise DeepgenError(
        f"{where}: init_from of {name} is {experiment.init_from!r}, which {problem}: change one of "
        "the two"
    )


def check_titles(experiments: dict[str, Experiment], where: str) -> None:
    """Refuse two experiments that Table 1 could not tell apart."""
    seen: dict[tuple[str, str], str] = {}
    for name, experiment in experiments.items():
        other = seen.setdefault((experiment.dataset_name, experiment.title), name)
        if other != name:
            raise DeepgenError(
                f"{where}: title is {experiment.title!r} in the experiments {other} and {name}, "
                f"both on {experiment.dataset_name}: change one of the titles"
            )


def with_defaults(experiment: Experiment) -> Experiment:
    """The experiment with what it leaves unsaid.

    These are all scores and general figures that its family can have, and numbers that fit the data
    set where the usual ones do not.
    """
    can, estimators = capabilities(experiment), possible_estimators(experiment)
    if not estimators:
        can -= {"likelihood"}
    scores = experiment.scores or possible_scores(can)
    figures = experiment.figures
    if figures is None:
        validated = experiment.training.selection.READS_VALIDATION
        figures = possible_figures(can, scores, validated)
    changed: dict[str, Any] = {"scores": scores, "figures": figures}
    if estimators:
        changed["likelihood"] = likelihood_with_defaults(experiment)
    if kind := experiment.model.SAMPLER:
        changed["sampler"] = kind.model_validate(experiment.sampler or {}).resolved()
    return fitted(experiment.model_copy(update=changed))


def for_paper(experiment: Experiment, paper: str | None) -> Experiment:
    """The experiment as a run shows it that speaks of one paper, or of `none`.

    Figures of another paper become the general ones that show the same; those of which there is no
    general one are left out.
    """
    if paper is None or experiment.paper in (None, paper):
        return experiment
    own = figures_of(experiment.paper)
    general = {figure.module: name for name, figure in FIGURES.items()}
    names = [n if n in FIGURES else general.get(own[n].module) for n in experiment.figures or []]
    return experiment.model_copy(
        update={"paper": None, "figures": list(dict.fromkeys(filter(None, names)))}
    )


def check_experiment(experiment: Experiment, where: str) -> None:
    """Refuse names that do not exist, parts that do not fit together, and too large counts."""
    if isinstance(experiment.dataset, str):
        _check_known("dataset", experiment.dataset, DATASETS, where)
    _check_family(experiment, where)
    for i, name in enumerate(experiment.scores or []):
        _check_known(f"scores[{i}]", name, SCORES, where)
        check_needs(f"scores[{i}]", name, SCORES[name].needs, experiment, where)
    whole = with_defaults(experiment)
    check_likelihood(experiment, "likelihood" in (whole.scores or []), where)
    _check_spaces(experiment, where)
    for i, name in enumerate(experiment.figures or []):
        _check_figure(f"figures[{i}]", name, whole, where)
    check_sizes(whole, where)


def _check_known(key: str, value: str, known: Collection[str], where: str) -> None:
    if value not in known:
        raise DeepgenError(
            f"{where}: {key} is {value!r}; known are {', '.join(known)}{closest(value, known)}"
        )


def _check_family(experiment: Experiment, where: str) -> None:
    """Model, objective, optimisers, selection and sampler must fit together and the images."""
    model, objective, training = experiment.model, experiment.objective, experiment.training
    if type(objective) not in model.OBJECTIVES:
        names = [kind.model_fields["name"].annotation.__args__[0] for kind in model.OBJECTIVES]
        raise DeepgenError(
            f"{where}: objective.name is {objective.name!r}, which cannot train the family "
            f"{model.family}: choose from {', '.join(names)}"
        )
    given = training.optimiser if isinstance(training.optimiser, dict) else None
    if given is not None and set(given) != set(objective.GROUPS):
        raise DeepgenError(
            f"{where}: training.optimiser names {', '.join(given)}, but {objective.name} has the "
            f"groups {', '.join(objective.GROUPS) or 'none'}: give one optimiser for all, or one "
            "each"
        )
    if bool(objective.GROUPS) != (training.optimiser is not None):
        uses, cure = ("needs an", "give") if objective.GROUPS else ("uses no", "leave out")
        raise DeepgenError(
            f"{where}: objective {objective.name} {uses} optimiser: {cure} training.optimiser"
        )
    rule = training.selection
    check_needs("training.selection.rule", rule.rule, rule.NEEDS, experiment, where)
    if experiment.sampler is not None:
        if model.SAMPLER is None:
            raise DeepgenError(
                f"{where}: the family {model.family} draws samples in one way: leave out sampler"
            )
        check_section(model.SAMPLER, experiment.sampler, where, "sampler.")
    images = experiment.entry.known_sizes.get("train")
    try:
        model.check_space(experiment.model_space)
        objective.check_model(model)
        if experiment.init_from is None:
            model.check_alone()
    except ValueError as error:
        raise DeepgenError(f"{where}: {error}") from None
    for part in (model, objective, experiment.model_space):
        try:
            part.check(experiment.entry.shape, images)
        except ValueError as error:
            raise DeepgenError(f"{where}: {error}") from None


def _check_spaces(experiment: Experiment, where: str) -> None:
    model, score = experiment.model_space, experiment.score_space.name
    if score not in model.SCORED_IN:
        raise DeepgenError(
            f"{where}: score_space is {score!r}, into which samples in the model_space "
            f"{model.name!r} cannot be mapped: choose from {', '.join(model.SCORED_IN)}"
        )


def _check_figure(key: str, name: str, experiment: Experiment, where: str) -> None:
    known = figures_of(experiment.paper)
    others = [paper for paper in PAPERS if name in paper_of(paper).FIGURES]
    if name not in known and others:
        module = paper_of(others[0]).FIGURES[name].module
        like = [general for general, other in FIGURES.items() if other.module == module]
        raise DeepgenError(
            f"{where}: {key} is {name!r}, a figure of {others[0]}: set paper: {others[0]}, or name "
            f"another figure, such as {(like or ['previews'])[0]}"
        )
    _check_known(key, name, known, where)
    figure = known[name]
    check_needs(key, name, needs(figure, experiment.paper), experiment, where)
    rule = experiment.training.selection
    if figure.validated and not rule.READS_VALIDATION:
        raise DeepgenError(
            f"{where}: {key} is {name!r}, which shows validation scores, and the rule {rule.rule} "
            "takes none: leave it out, or choose another training.selection.rule"
        )
    if figure.rules and rule.rule not in figure.rules:
        raise DeepgenError(
            f"{where}: {key} is {name!r}, which shows what training.selection.rule "
            f"{' or '.join(figure.rules)} records, not {rule.rule}: set that, or leave it out"
        )
    space = experiment.score_space.name
    if figure.spaces and space not in figure.spaces:
        raise DeepgenError(
            f"{where}: {key} is {name!r}, which needs the score_space "
            f"{' or '.join(figure.spaces)}, not {space}: leave it out"
        )
    if lacking := [score for score in figure.scores if score not in (experiment.scores or [])]:
        raise DeepgenError(
            f"{where}: {key} is {name!r}, which needs the score {lacking[0]}: add it to scores"
        )


def check_name(stage: str, name: str, paper: str | None) -> None:
    """Refuse a reference, score, study or figure that does not exist; other stages have no name."""
    kinds = {
        "reference": get_args(Reference),
        "score": [name for name, score in SCORES.items() if score.of == "samples"],
        "study": list(studies_of(paper)),
        "figure": list(figures_of(paper)),
    }
    if stage in kinds and name not in kinds[stage]:
        raise DeepgenError(
            f"{stage} {name!r} is not known: choose from {', '.join(kinds[stage])}"
            f"{closest(name, kinds[stage])}"
        )
