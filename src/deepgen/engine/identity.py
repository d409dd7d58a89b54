"""What a job's result depends on: the meaning of the code it can reach, and its key in the store.

Code is compared by meaning: docstrings, comments, layout and positions do not count. The walk over
the syntax tree is our own, because `ast.dump` prints the same source differently from one Python to
the next.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from deepgen.files import canonical_json, sha256

PACKAGE = Path(__file__).parents[1]

# Neither the bits of a result nor its meaning come from these: they parse, fetch, store and tell.
# Settings enter an identity resolved, so the modules that hold their defaults need not, and neither
# need the lists of what there is: adding to one changes nothing that was made before.
EXCLUDED = (
    "deepgen.checks",
    "deepgen.cli",
    "deepgen.commands",
    "deepgen.config",
    "deepgen.data.array_file",
    "deepgen.data.registry",
    "deepgen.engine",
    "deepgen.errors",
    "deepgen.evaluation.catalogue",
    "deepgen.figures.catalogue",
    "deepgen.files",
    "deepgen.stage_command",
    "deepgen.tensors",
)
LISTS = ("deepgen.families", "deepgen.papers")  # these modules, not what lies in their folders
SETTINGS = "settings"  # last part of the names of modules that only hold settings and defaults

# Where a value in a job's settings is the name of a module that the job imports: the keys on the
# way to it, where `*` stands for any, and the module. All modules that are imported by name are
# here, which tests/engine/test_identity.py checks by running every stage.
NAMED = (
    ("model.family", "deepgen.families.{}.model"),
    ("model_space.name", "deepgen.data.spaces.{}"),
    ("score_space.name", "deepgen.data.spaces.{}"),
    ("training.optimiser.name", "deepgen.training.optimisers.{}"),
    ("training.optimiser.*.name", "deepgen.training.optimisers.{}"),
    ("training.optimiser.schedule.kind", "deepgen.training.schedules.{}"),
    ("training.optimiser.*.schedule.kind", "deepgen.training.schedules.{}"),
    ("training.selection.rule", "deepgen.training.selection.{}"),
    ("likelihood.estimators.*", "deepgen.evaluation.likelihoods.{}"),
    ("parser", "deepgen.data.formats.{}"),
    ("score", "deepgen.evaluation.{}"),
    ("features", "deepgen.evaluation.{}"),
    ("study", "deepgen.{}"),
    ("figure", "deepgen.{}"),
    ("paper", "deepgen.papers.{}.page"),
    ("papers.*", "deepgen.papers.{}.published"),
    ("papers.*.name", "deepgen.papers.{}.published"),
)


def code_of(stage: str, settings: dict[str, Any]) -> dict[str, str]:
    """Fingerprints of all modules that a stage can reach under these settings.

    Returns:
        {module: 12 hex digits}, sorted by module.
    """
    return code_from(*roots_of(stage, settings))


def roots_of(stage: str, settings: dict[str, Any]) -> list[str]:
    """The modules from which a stage reaches all that it can under these settings."""
    roots = [f"deepgen.stages.{stage.replace('-', '_')}", *_named(settings)]
    if "objective" in settings:
        roots.append(f"deepgen.families.{settings['model']['family']}.objective")
    return roots


def model_code(settings: dict[str, Any]) -> dict[str, str]:
    """Fingerprints of a model's own code: what a model file must agree with to be used."""
    return code_from(*_named({key: settings[key] for key in ("model", "model_space")}))


def _named(settings: dict[str, Any]) -> list[str]:
    return [
        module.format(value.replace("-", "_"))
        for path, module in NAMED
        for value in _values(settings, path.split("."))
        if isinstance(value, str)
    ]


def _values(content: Any, keys: list[str]) -> Iterator[Any]:
    """What lies at the end of the keys, from where `content` is."""
    if not keys:
        yield content
    elif isinstance(content, dict):
        for key in content if keys[0] == "*" else [keys[0]]:
            if key in content:
                yield from _values(content[key], keys[1:])
    elif isinstance(content, list) and keys[0] == "*":
        for item in content:
            yield from _values(item, keys[1:])


def code_from(*roots: str) -> dict[str, str]:
    """Fingerprints of these modules and of what they import inside deepgen, as `code_of`."""
    found: dict[str, str] = {}
    waiting = [root for root in roots if not _excluded(root)]
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if module in found or path is None:
            continue
        found[module], imports = _read(path, _modified(path))
        waiting += [name for name in imports if not _excluded(name)]
    return dict(sorted(found.items()))


def job_key(
    stage: str,
    inputs: dict[str, str],
    settings: dict[str, Any],
    seed: int | None,
    code: dict[str, str],
) -> str:
    """The key of a job in the store, 32 hex digits.

    The budget of a training (`training.epochs`) is left out, so that a longer one continues a
    shorter one, unless its schedules are scaled to it.

    Args:
        inputs: {role: SHA-256 of the file's content}.
    """
    if "training" in settings and "schedule_epochs" not in settings["training"]:
        training = {k: v for k, v in settings["training"].items() if k != "epochs"}
        settings = settings | {"training": training}
    text = canonical_json([stage, inputs, settings, seed, code])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint(source: str) -> str:
    """12 hex digits that depend only on what the source means."""
    text = "".join(_canonical(ast.parse(source)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _modified(path: Path) -> tuple[int, ...]:
    return tuple(p.stat().st_mtime_ns for p in (path, *_data_files(path)))


@cache
def _read(path: Path, modified: tuple[int, ...]) -> tuple[str, tuple[str, ...]]:
    source = path.read_text(encoding="utf-8")
    meaning = fingerprint(source)
    if data := _data_files(path):
        text = meaning + "".join(f"{file.name} {sha256(file)}" for file in data)
        meaning = hashlib.sha256(text.encode()).hexdigest()[:12]
    return meaning, tuple(_imports(ast.parse(source)))


def _data_files(path: Path) -> list[Path]:
    """The files of a package that are not code, such as templates: they belong to its meaning."""
    if path.name != "__init__.py":
        return []
    others = (p for p in path.parent.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc"))
    return sorted(others)


def _excluded(module: str) -> bool:
    if module in LISTS or module.rpartition(".")[2] == SETTINGS:
        return True
    return any(module == name or module.startswith(f"{name}.") for name in EXCLUDED)


def _path(module: str) -> Path | None:
    base = PACKAGE.joinpath(*module.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("deepgen."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "deepgen":
            yield node.module
            # `from deepgen.data import prepared` names a module, `... import load_images` does not
            yield from (f"{node.module}.{a.name}" for a in node.names)


def _canonical(node: Any) -> Iterator[str]:
    if isinstance(node, ast.AST):
        yield f"({type(node).__name__}"
        for name in sorted(node._fields):
            value = getattr(node, name, None)
            if isinstance(node, ast.JoinedStr):  # Python 3.12.1 ends some with an empty string
                value = [part for part in value if getattr(part, "value", None) != ""]
            if name in ("ctx", "kind", "type_comment") or value is None or value == []:
                continue
            if name == "body" and isinstance(value, list):
                value = _without_docstring(node, value)
            yield f" {name}="
            yield from _canonical(value)
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _canonical(item)
        yield "]"
    else:
        yield f"{type(node).__name__}:{node!r}"


def _without_docstring(node: ast.AST, body: list) -> list:
    owners = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
    if isinstance(node, owners) and ast.get_docstring(node, clean=False) is not None:
        return body[1:]
    return body
