"""In which ways samples of a model could be drawn: as set, and what its family's settings offer."""

from typing import Any, get_args

from deepgen.settings import Experiment


def ways_of_drawing(experiment: Experiment) -> list[dict[str, Any]]:
    """The sampler as it is set, then with each other `output`, another `thinning` and `burn_in`.

    A chain of which every step is kept is thinned by `sampling.thinning`, and a thinned one kept
    whole. A burn-in shorter than `sampling.burn_in` is lengthened to that, because samples of
    chains that have not settled owe something to their start. A family without a sampler has one
    way.

    Returns:
        [{"way": its name in words, "sampler": the section, if the family has one}].
    """
    kind = experiment.model.SAMPLER
    if kind is None:
        return [{"way": "independent draws"}]
    own = kind.model_validate(experiment.sampler or {}).resolved()
    found = [own]
    if "output" in own:
        outputs = get_args(kind.model_fields["output"].annotation)
        found += [own | {"output": output} for output in outputs]
    if "thinning" in own:
        other = experiment.sampling.thinning if own["thinning"] == 1 else 1
        found.append(own | {"thinning": other})
    if own.get("burn_in", longer := experiment.sampling.burn_in) < longer:
        found.append(own | {"burn_in": longer})
    different = [sampler for i, sampler in enumerate(found) if sampler not in found[:i]]
    return [
        {"way": _name(sampler, own) + " (as set)" * (sampler == own), "sampler": sampler}
        for sampler in different
    ]


def _name(sampler: dict[str, Any], own: dict[str, Any]) -> str:
    """What tells a way from the others: what is kept of a chain, how often, and from when on."""
    words = [sampler["output"]] if "output" in sampler else []
    if "thinning" in sampler:
        steps = sampler["thinning"]
        words.append("every step" if steps == 1 else f"every {steps:,} steps")
    if sampler.get("burn_in") != own.get("burn_in"):
        words.append(f"burn-in {sampler['burn_in']:,}")
    return ", ".join(words) or "chains"
