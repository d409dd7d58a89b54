"""Trained models by name: those of published reports, and those of own runs."""

import re
from collections.abc import Iterator
from pathlib import Path

from deepgen.errors import DeepgenError
from deepgen.sections import closest

MODEL = "selected.safetensors"
_NAME = re.compile(r"([a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*")
_SEED = re.compile(r"seed-(\d+)")


def is_name(text: str) -> bool:
    """Whether a text can be a model's name.

    Example:
        >>> is_name("mnist"), is_name("paper/mnist"), is_name("mine/model.safetensors")
        (True, True, False)
    """
    return bool(_NAME.fullmatch(text))


def find_model(name: str, root: Path | None) -> Path:
    """The file of the model of this name.

    Args:
        name: An experiment's, or `<run>/<experiment>` where several runs have it.
        root: The checkout, as `find_checkout` finds it.

    Raises:
        DeepgenError: if there is none, or more than one.
    """
    if root is None:
        raise DeepgenError(
            f"no model {name!r} can be found: models load by name in a checkout of deepgen, whose "
            "folder reports/ has the published ones, and neither this folder nor the package lies "
            "in one; clone the repository, or give the path of a model file"
        )
    known = model_names(root)
    if name not in known:
        raise DeepgenError(
            f"no model in {root} is called {name!r}; known are {', '.join(known) or 'none'}"
            f"{closest(name, known)}; make one first (make reproduce makes mnist-annealed), or "
            "give the path of a model file"
        )
    if len(known[name]) > 1:
        full = [f"{path.parents[2].name}/{name}" for path in known[name]]
        raise DeepgenError(f"{len(full)} runs have a model {name!r}: say {' or '.join(full)}")
    return known[name][0]


def model_names(root: Path) -> dict[str, list[Path]]:
    """{name: model files} of a checkout, each under `mnist` and under `paper/mnist`.

    Several runs may share the first. A published model hides those of own runs.
    """
    known: dict[str, list[Path]] = {}
    for folder in ("reports", "results"):
        found: dict[str, list[Path]] = {}
        for run in sorted((root / folder).glob("*")):
            for experiment, path in models_of(run):
                found.setdefault(experiment, []).append(path)
                found[f"{run.name}/{experiment}"] = [path]
        known = found | known
    return dict(sorted(known.items()))


def models_of(run: Path) -> Iterator[tuple[str, Path]]:
    """Experiments of `reports/<run>` or `results/<run>`, with the lowest seed's selected model."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for path in run.glob(f"*/seed-*/{MODEL}"):
        if seed := _SEED.fullmatch(path.parent.name):
            found.setdefault(path.parents[1].name, []).append((int(seed[1]), path))
    for experiment, models in sorted(found.items()):
        yield experiment, min(models)[1]


def find_checkout(start: Path, package: Path) -> Path | None:
    """The checkout around a folder, or else the one in whose `src` the package lies."""
    for folder in (start, *start.parents, package.parents[1]):
        if (folder / "Snakefile").is_file() and (folder / "config/experiments").is_dir():
            return folder
    return None
