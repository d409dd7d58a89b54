"""`deepgen add-dataset`: from a folder of pictures to an experiment that runs."""

import os
import shutil
import tempfile
from pathlib import Path

from deepgen.config import load_config
from deepgen.engine.plan import Plan
from deepgen.errors import DeepgenError
from deepgen.files import write_text
from deepgen.own_data.recipe import experiment_text, run_text
from deepgen.own_data.survey import Survey, survey_file, survey_folder


def add_dataset(
    source: Path,
    name: str,
    title: str | None = None,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    classes: bool = False,
    labels: Path | None = None,
    config: Path = Path("config"),
) -> list[Path]:
    """Write an experiment file with the block `dataset`, and a run file of it alone.

    Args:
        source: A folder of pictures, or a file `.npy`, `.npz` or IDX.
        name: Of the data set, the experiment and the run.
        title: In tables; left out, the name.
        size: Height and width that pictures are cut and scaled to.
        grey: Whether to turn coloured pictures grey.
        classes: Whether the folders in `source` are classes.
        labels: A file of labels, for `.npy` and IDX.
        config: The folder of run files.

    Returns:
        The two files.

    Raises:
        DeepgenError: one sentence about what cannot be used or is there already, or about a
            folder without experiments; nothing is written then.
    """
    if not (config / "experiments").is_dir():
        raise DeepgenError(
            f"{config / 'experiments'} is missing, counted from {Path.cwd()}: go to the checkout "
            "of deepgen, in which runs are made, and type this there"
        )
    source, labels = _whole(source), _whole(labels) if labels else None
    targets = [config / "experiments" / f"{name}.yaml", config / f"{name}.yaml"]
    for target in targets:
        if target.exists():
            raise DeepgenError(
                f"{target} is there already: delete it first, or choose another --name"
            )
    survey = _survey(source, size, grey, classes, labels)
    files = {"images": _path(source)} | ({"labels": _path(labels)} if labels else {})
    shown = title or name
    texts = [experiment_text(name, shown, survey, files), run_text(name, shown)]
    _check(config, targets, texts)
    for target, text in zip(targets, texts, strict=True):
        write_text(target, text)
    _tell(name, survey, targets)
    return targets


def _survey(
    source: Path, size: tuple[int, int] | None, grey: bool, classes: bool, labels: Path | None
) -> Survey:
    if os.path.isdir(source):
        if labels:
            raise DeepgenError("--labels goes with a file: sort pictures into folders, --classes")
        return survey_folder(source, size, grey, classes)
    if size or grey or classes:
        raise DeepgenError(
            "--size, --grey and --classes are for folders of pictures: leave them out"
        )
    return survey_file(source, labels)


def _whole(path: Path) -> Path:
    """With the home folder in place of `~`, which stays if there is no such home."""
    return Path(os.path.expanduser(path))


def _path(path: Path) -> Path:
    """As it stands in the file: from this folder on, if it lies in it."""
    whole = path.absolute()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole


def _check(config: Path, targets: list[Path], texts: list[str]) -> None:
    """Refuse what would not run, before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        shutil.copytree(config / "experiments", trial / "experiments", dirs_exist_ok=True)
        for target, text in zip(targets, texts, strict=True):
            write_text(trial / target.relative_to(config), text)
        run = trial / targets[1].name
        try:
            Plan(load_config(run, trial))
        except DeepgenError as error:
            raise DeepgenError(str(error).replace(f"{trial}/", f"{config}/")) from None


def _tell(name: str, survey: Survey, targets: list[Path]) -> None:
    kind = {"grey": "grey", "rgb": "in colour", "luminance": "turned grey"}[survey.colour]
    height, width = survey.size
    print(f"{name}: {survey.count:,} images of {height} x {width}, {kind}")
    if survey.classes:
        print(f"  {len(survey.classes)} classes: {', '.join(survey.classes[:10])}")
    for remark in survey.remarks:
        print(f"  {remark}")
    if survey.copies:
        print(f"  {survey.copies:,} copies of others are left out")
    print(f"wrote {' and '.join(map(str, targets))}; now type:")
    print(f"  snakemake --cores all --configfile {targets[1]}")
