"""Stage `figure`: one figure from the files that it shows."""

import importlib
from pathlib import Path
from typing import Any

from deepgen.errors import DeepgenError
from deepgen.figures import style
from deepgen.files import write_atomically, write_text
from deepgen.report.read import load


def figure(inputs: dict[str, Path], out: Path, settings: dict[str, Any]) -> None:
    """Draw one figure and write it as `.png` (200 dpi) and `.pdf`, its caption as `.txt`.

    Args:
        inputs: {role: file}, the roles that the figure's module lists in `INPUTS`.
        out: Receives `<output>.png`, `<output>.pdf` and `<output>.txt`.
        settings: `figure`, a module below `deepgen`; `output`, the files' name; the rest is
            the figure's own.

    Raises:
        DeepgenError: for an unknown figure, missing or extra roles, damaged files or content that
            does not fit.
    """
    name = settings["figure"]
    try:
        module = importlib.import_module(f"deepgen.{name}")
    except ModuleNotFoundError:
        raise DeepgenError(f"figure {name!r} is not known: correct it, or name a file") from None
    optional = set(getattr(module, "OPTIONAL", ()))
    if wrong := (set(inputs) - optional) ^ set(module.INPUTS):
        raise DeepgenError(
            f"figure {name} takes exactly {', '.join(module.INPUTS)}: "
            f"add or leave out {', '.join(sorted(wrong))}"
        )
    content = {role: load(path) for role, path in inputs.items()}
    try:
        drawn, text = module.draw(content, settings), module.caption(content, settings)
    except KeyError as error:
        paths = ", ".join(str(path) for path in inputs.values())
        raise DeepgenError(
            f"figure {name} misses {error} in its settings or in {paths}: make them again"
        ) from None
    for kind in ("png", "pdf"):
        path = out / f"{settings['output']}.{kind}"
        write_atomically(path, lambda temporary, kind=kind: style.save(drawn, temporary, kind))
    write_text(out / f"{settings['output']}.txt", text + "\n")
