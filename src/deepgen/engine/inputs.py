"""What each stage reads: {role: file}, by its settings and by the options that a person gave.

The content of every file is part of the job's identity.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from deepgen.engine.slices import study_of
from deepgen.errors import DeepgenError
from deepgen.evaluation.catalogue import SCORES
from deepgen.places import fold_folders
from deepgen.training.settings import Training

Values = dict[str, Any]
Inputs = dict[str, Path]


def in_folder(folder: Path, *names: str) -> Inputs:
    return {name: folder / name for name in names}


def of_data(*names: str) -> Callable[[Values, Values], Inputs]:
    """Inputs of a stage that reads these files of `--data`, and every other option."""
    return lambda settings, given: of_options(given) | in_folder(given["data"], *names)


def of_options(given: Values) -> Inputs:
    return {role: path for role, path in given.items() if role != "data" and path}


def of_training(settings: Values, given: Values) -> Inputs:
    rule = settings["training"]["selection"]["rule"]
    kinds = get_args(Training.model_fields["selection"].annotation)
    (kind,) = (k for k in kinds if get_args(k.model_fields["rule"].annotation) == (rule,))
    names = ["train.npy", *["valid.npy"] * kind.READS_VALIDATION]
    if (given["data"] / "train_labels.npy").exists():
        names.append("train_labels.npy")
    first = given["first_phase"]
    return in_folder(given["data"], *names) | ({"first_phase": first} if first else {})


def of_folds(score: str) -> Callable[[Values, Values], Inputs]:
    """Inputs of a score of the model that chooses sigma itself, in every fold."""

    def found(settings: Values, given: Values) -> Inputs:
        folds, reads = fold_folders(settings["folds"]), SCORES[score].reads
        names = [f"{fold}{split}.npy" for fold in folds for split in reads]
        return of_data(*names)(settings, given)

    return found


def of_study(settings: Values, given: Values) -> Inputs:
    study = study_of(settings["study"])
    for name in ("model", "samples"):
        if (given[name] is None) == (study.of == name):
            cure = f"give --{name}" if study.of == name else f"leave out --{name}"
            raise DeepgenError(f"this study starts from {study.of}: {cure}")
    if study.reads and given["data"] is None:
        raise DeepgenError("this study reads images: give --data")
    images = [f"{split}.npy" for split in study.reads]
    return of_options(given) | (in_folder(given["data"], *images) if images else {})


def of_selection(settings: Values, given: Values) -> Inputs:
    data = given["data"]
    if (data / "fold-1").is_dir():
        raise DeepgenError(
            f"{data} has folds, and each chooses its own sigma: give one, such as {data}/fold-1"
        )
    return {"samples": given["samples"]} | in_folder(data, "valid.npy")


def of_score(settings: Values, given: Values) -> Inputs:
    inputs, folds, sigmas = {"samples": given["samples"]}, [""], given["sigmas"]
    if "folds" in settings:
        folds = fold_folders(settings["folds"])
        if len(sigmas) != len(folds):
            raise DeepgenError(f"--sigma needs {len(folds)} files, one a fold, not {len(sigmas)}")
        inputs |= {f"{fold}sigma": path for fold, path in zip(folds, sigmas, strict=True)}
    elif sigmas:
        raise DeepgenError(f"the score {settings['score']} has no sigma: leave out --sigma")
    inputs |= in_folder(given["data"], *(f"{f}{s}.npy" for f in folds for s in settings["reads"]))
    features = given["features"]
    if ("features" in settings) != (features is not None):
        raise DeepgenError("give --features if and only if features are compared")
    if features:
        inputs |= in_folder(features, "classifier.safetensors")
        # Of quantised images they would be others
        splits = [] if settings.get("quantised") else settings["reads"]
        inputs |= in_folder(features, *(f"{split}_features.npy" for split in splits))
    return inputs


def of_roles(settings: Values, given: Values) -> Inputs:
    for pair in given["input"]:
        if "=" not in pair:
            raise DeepgenError(f"--input {pair}: write it as ROLE=PATH")
    return {role: Path(path) for role, path in (pair.split("=", 1) for pair in given["input"])}


def of_nothing(settings: Values, given: Values) -> Inputs:
    return {}
