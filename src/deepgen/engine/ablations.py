"""Which experiments of a run vary another one, and in what."""

from collections.abc import Iterator
from typing import Any

from deepgen.settings import Experiment

WORDS = {"title", "remark", "ablation_of"}  # that no number depends on


def ablations(experiments: dict[str, Experiment]) -> dict[str, dict[str, str]]:
    """The ablations among some experiments, each group behind what it varies if that is there.

    Returns:
        {experiment: {"ablation_of": the one that it varies, or nothing where it is that one itself,
        "changed": the keys that differ, as `objective.generator_loss minimax (non_saturating)`}}.
    """
    found: dict[str, dict[str, str]] = {}
    for varied in dict.fromkeys(e.ablation_of for e in experiments.values() if e.ablation_of):
        if varied in experiments:
            found[varied] = {"ablation_of": "", "changed": ""}
        for name, experiment in experiments.items():
            if experiment.ablation_of == varied:
                base = experiments.get(varied)
                changed = "; ".join(_changed(experiment, base)) if base else ""
                found[name] = {"ablation_of": varied, "changed": changed}
    return found


def _changed(experiment: Experiment, base: Experiment) -> Iterator[str]:
    ours, theirs = (dict(_leaves(e.resolved())) for e in (experiment, base))
    for key in ours | theirs:
        one, other = ours.get(key), theirs.get(key)
        if key not in WORDS and one != other:
            yield f"{key} {_word(one)} ({_word(other)})"


def _leaves(settings: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its dotted key; a list is one value."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield above + key, value


def _word(value: Any) -> str:
    return "left out" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
