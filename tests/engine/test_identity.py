"""Identity: what counts as a change of code, settings or inputs, and what does not."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from deepgen.engine.identity import EXCLUDED, LISTS, NAMED, code_of, fingerprint, job_key
from deepgen.engine.slices import Train

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "deepgen"

# Many kinds of syntax, and what Pythons have parsed differently: ends of f-strings, type parameters
SOURCE = '''
"""Docstring."""
from __future__ import annotations
import os.path as path, sys
from math import *

@decorator(1, key="x")
class A(Base, metaclass=Meta):
    """Docstring."""
    field: int = 0x10
    __slots__ = ("a", 'b')

    async def f(self, a, /, b: int = 2, *rest, c, d=None, **more) -> dict[str, int] | None:
        """Only a docstring."""
        async with a as b, c: await b
        async for x in y: yield x
        return

def g(x, width=3):
    global state
    nonlocal_ = lambda z, *, k=1: z ** k if z else -z
    text = f"{x!r:>{width}}" f"{{{x:.{width}f}}}" "é \\n \\u2028 \\x00" + rb"\\d"[0:2].decode()
    text += f"{x=}" + f"{x:{width}}" + f"" + f"{x:%H:%M}"
    a, *b = [i for j in x for i in j if i > 1 < 2 != 3 is not None]
    c = {**{1: 2.5e-3}, 'k': 1j}; d = {1, 2}; e = (yield); f = {k: v for k, v in c.items()}
    assert x, "message"
    del a[1:2, ..., ::3]
    while not (n := len(b)) and True or False:
        break
    else:
        pass
    for i in range(1_000):
        continue
    try:
        raise ValueError(a @ b // c % d << 1 >> 2 & 3 ^ 4 | ~5) from None
    except (KeyError, ValueError) as error:
        x += 1
    finally:
        x: int
    match x:
        case {"a": [1, *_], **rest} | A(b=2) as whole if whole:
            pass
        case None | -1 | "s":
            pass
        case _:
            yield from x
'''
GOLDEN = "e76edb05fa20"


def other_pythons():
    """Interpreters of another minor version that this package supports, one each."""
    found = {}
    candidates = [shutil.which(f"python3.{minor}") for minor in range(11, 16)]
    candidates += sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    for path in filter(None, candidates):
        run = subprocess.run(
            [path, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True
        )
        version = tuple(map(int, run.stdout.split())) if run.returncode == 0 else (0, 0)
        if version >= (3, 11) and version != sys.version_info[:2]:
            found.setdefault(version, str(path))
    return found


def run_python(python, program, src, *arguments):
    """What `program` prints, with the package in `src` and nothing else that was installed."""
    environment = {**os.environ, "PYTHONPATH": str(src), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [python, "-c", textwrap.dedent(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Docstring."""\nfrom', "from"),
        ('"""Docstring."""\nfrom', '"""Another."""\nfrom'),
        ('    """Docstring."""\n    field', "    field"),
        ('"""Only a docstring."""', '"""Another."""'),
        ("    global state\n", "    # a comment\n\n    global state  # and another\n"),
        ('key="x"', "key='x'"),
        ("'b')", '"b")'),
        ("(self, a, /, b", "(\n        self,\n        a, /, b"),
        ("0x10", "16"),
        ("1_000", "1000"),
        ("2.5e-3", "0.0025"),
        ("a @ b", "(a @ b)"),
        ("c = {**{1: 2.5e-3}, 'k': 1j}; d", "c = {**{1: 2.5e-3}, 'k': 1j}\n    d"),
    ],
)
def test_the_same_meaning_has_the_same_fingerprint(old, new):
    assert old in SOURCE
    assert fingerprint(SOURCE.replace(old, new, 1)) == fingerprint(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0x10", "0x11"),
        ("2.5e-3", "2.5e-4"),
        ("range(1_000)", "range(1_000.0)"),
        ("True or", "1 or"),
        ('"message"', '"Message"'),
        ('rb"', 'rb"x'),
        ("a @ b", "a * b"),
        ("1 < 2", "1 <= 2"),
        ("is not None", "is None"),
        ("x += 1", "x -= 1"),
        ("state", "states"),
        ("k=1", "k=2"),
        ("b: int = 2", "b: int = 3"),
        ("b: int = 2", "b: float = 2"),
        ("d=None", "d"),
        ('@decorator(1, key="x")\n', ""),
        ("decorator(1", "decorator(2"),
        ("import os.path as path", "import os as path"),
        ('    assert x, "message"\n', ""),
        ("        break\n", "        pass\n"),
        (">{width}", "<{width}"),
        ("{x!r:", "{x!s:"),
        ("(Base,", "("),
        ("a, /, b", "a, b"),
        ("*, k", "k"),
        ("async with", "with"),
        ("from None", ""),
        ("if whole", ""),
        ("__slots__ = (\"a\", 'b')", '__slots__ = ("ab",)'),
    ],
)
def test_another_meaning_has_another_fingerprint(old, new):
    assert old in SOURCE
    assert fingerprint(SOURCE.replace(old, new, 1)) != fingerprint(SOURCE)


def test_a_string_that_is_no_docstring_counts():
    assert fingerprint("x = 1\n'text'\n") != fingerprint("x = 1\n")


def test_the_fingerprint_of_a_fixed_source_never_changes():
    assert fingerprint(SOURCE) == GOLDEN


def test_other_pythons_find_the_same_fingerprints(tmp_path):
    pythons = other_pythons()
    if not pythons:
        pytest.skip("no other Python from 3.11 on is installed")
    (tmp_path / "source.py").write_text(SOURCE, encoding="utf-8")
    program = """
        import sys
        from pathlib import Path
        from deepgen.engine.identity import fingerprint
        for path in sys.argv[1:]:
            print(path, fingerprint(Path(path).read_text(encoding="utf-8")))
    """
    paths = [tmp_path / "source.py", *sorted(PACKAGE.rglob("*.py"))]
    for version, python in pythons.items():
        found = dict(
            line.split() for line in run_python(python, program, ROOT / "src", *paths).splitlines()
        )
        ours = {str(path): fingerprint(path.read_text(encoding="utf-8")) for path in paths}
        differing = [path for path in ours if found[path] != ours[path]]
        assert differing == [], f"Python {version} disagrees"


def test_train_depends_on_model_objective_loop_and_what_its_settings_name(paper_settings):
    slice_ = {key: paper_settings[key] for key in Train.model_fields if key in paper_settings}
    code = code_of("train", slice_)
    assert code.keys() >= {
        "deepgen.stages.train",
        "deepgen.contracts",
        "deepgen.families.gan.model",
        "deepgen.families.gan.objective",
        "deepgen.training.loop",
        "deepgen.training.optimisers.momentum",
        "deepgen.training.schedules.exponential",
        "deepgen.training.selection.validation_parzen",
        "deepgen.evaluation.parzen_window",
        "deepgen.data.spaces.pixels",
        "deepgen.data.prepared",
        "deepgen.device",
        "deepgen.seeds",
    }
    others = ("deepgen.figures", "deepgen.report", "deepgen.papers", "deepgen.engine")
    alternatives = ("adam", "steps", "last", "dequantised", "mixture", "settings")
    strangers = [m for m in code if m.startswith(others) or m.endswith(alternatives)]
    assert strangers == []
    assert list(code) == sorted(code)


@pytest.mark.parametrize(
    ("stage", "settings", "module"),
    [
        ("prepare", {"parser": "idx"}, "deepgen.data.formats.idx"),
        ("score", {"score": "parzen"}, "deepgen.evaluation.parzen"),
        ("score", {"features": "classifier"}, "deepgen.evaluation.classifier"),
        ("figure", {"figure": "figures.samples"}, "deepgen.figures.samples"),
        ("sample", {"model_space": {"name": "contrast-normalised"}},
         "deepgen.data.spaces.contrast_normalised"),
        ("train", {"training": {"optimiser": {"name": "adam"}}},
         "deepgen.training.optimisers.adam"),
        ("train", {"training": {"optimiser": {"model": {"name": "adam"}}}},
         "deepgen.training.optimisers.adam"),
        ("train", {"training": {"optimiser": {"model": {"schedule": {"kind": "steps"}}}}},
         "deepgen.training.schedules.steps"),
        ("likelihood", {"likelihood": {"estimators": ["direct"]}},
         "deepgen.evaluation.likelihoods.direct"),
        ("study", {"study": "papers.gan2014.theory.theory"},
         "deepgen.papers.gan2014.theory.theory"),
    ],
)  # fmt: skip
def test_the_module_that_a_setting_names_belongs_to_the_job(stage, settings, module):
    assert module in code_of(stage, settings)
    assert module not in code_of(stage, {})


def test_no_job_depends_on_excluded_modules(paper_settings):
    for stage in (path.stem for path in (PACKAGE / "stages").glob("[a-z]*.py")):
        settings = paper_settings | {"parser": "idx", "score": "parzen", "paper": "gan2014"}
        code = code_of(stage, settings)
        reached = [m for m in code if f"{m}.".startswith(dotted(EXCLUDED)) or m in LISTS]
        assert reached == []
        assert [m for m in code if m.endswith(".settings")] == []


def dotted(names):
    return tuple(f"{name}." for name in names)


def test_the_excluded_list_is_short_and_exists():
    """A module may be added here only if neither the bits of a result nor its meaning need it."""
    assert set(EXCLUDED) == {
        "deepgen.checks",
        "deepgen.cli",
        "deepgen.commands",
        "deepgen.stage_command",
        "deepgen.config",
        "deepgen.data.array_file",
        "deepgen.data.registry",
        "deepgen.engine",
        "deepgen.errors",
        "deepgen.evaluation.catalogue",
        "deepgen.figures.catalogue",
        "deepgen.files",
        "deepgen.tensors",
    }
    assert LISTS == ("deepgen.families", "deepgen.papers")
    for name in EXCLUDED:
        path = PACKAGE.joinpath(*name.split(".")[1:])
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_modules_are_imported_by_name_only_where_the_identity_looks():
    """Each such line outside the engine has the module's pattern of `NAMED`."""
    patterns = {module for _, module in NAMED} | {"deepgen.families.{}.objective"}
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = f"deepgen.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}"
        if f"{name}.".startswith(dotted(EXCLUDED)) or path.stem in ("settings", "__init__"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "importlib.import_module":
                pattern = re.sub(r"\{[^}]*\}", "{}", ast.unparse(node.args[0])[2:-1])
                found.setdefault(pattern, []).append(name)
    assert found.keys() <= patterns, found
    assert not [p for p in PACKAGE.rglob("*.py") if "__import__" in p.read_text()]


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, and a way to ask it for the code of `train`."""
    shutil.copytree(PACKAGE, tmp_path / "deepgen", ignore=shutil.ignore_patterns("__pycache__"))
    settings = {"model": {"family": "gan"}, "objective": {"name": "adversarial"}}

    def code():
        program = """
            import json, sys
            from deepgen.engine.identity import code_of
            print(json.dumps(code_of("train", json.loads(sys.argv[1]))))
        """
        return json.loads(run_python(sys.executable, program, tmp_path, json.dumps(settings)))

    code.package = tmp_path / "deepgen"
    return code


def test_an_import_anywhere_extends_the_code(copied):
    before = copied()
    (copied.package / "layers" / "extra.py").write_text("from deepgen.more import x\n")
    (copied.package / "more.py").write_text("x = 1\n")
    assert copied() == before

    dense = copied.package / "layers" / "dense.py"
    inside = "\n\ndef extra():\n    import deepgen.layers.extra\n"
    dense.write_text(dense.read_text() + inside)
    after = copied()
    assert after.keys() - before.keys() == {"deepgen.layers.extra", "deepgen.more"}
    assert {name for name in before if before[name] != after[name]} == {"deepgen.layers.dense"}


def test_an_edit_of_an_excluded_or_unreached_module_changes_nothing(copied):
    before = copied()
    for name in (
        "cli.py",
        "engine/store.py",
        "evaluation/catalogue.py",
        "families/__init__.py",
        "families/gan/settings.py",
        "families/mixture/model.py",
        "papers/__init__.py",
        "settings.py",
        "figures/samples.py",
        "stages/sample.py",
        "training/optimisers/adam.py",
        "training/selection/last.py",
    ):
        path = copied.package / name
        path.write_text(path.read_text() + "\nEXTRA = 1\n")
    assert copied() == before


KEY = {
    "stage": "train",
    "inputs": {"train.npy": "0" * 64},
    "settings": {"training": {"epochs": 5, "batch_size": 100}, "threads": 1},
    "seed": 1,
    "code": {"deepgen.seeds": "0123456789ab"},
}


def test_a_budget_to_which_schedules_are_scaled_belongs_to_the_key():
    keys = {
        job_key(**KEY | {"settings": {"training": {"epochs": n, "schedule_epochs": 50}}})
        for n in (5, 50)
    }
    assert len(keys) == 2


def test_a_longer_budget_has_the_same_key():
    settings = {"training": {"epochs": 50, "batch_size": 100}, "threads": 1}
    assert job_key(**KEY | {"settings": settings}) == job_key(**KEY)
    assert KEY["settings"]["training"]["epochs"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "sample"},
        {"inputs": {"train.npy": "1" * 64}},
        {"inputs": {"valid.npy": "0" * 64}},
        {"settings": {"training": {"epochs": 5, "batch_size": 50}, "threads": 1}},
        {"settings": {"training": {"epochs": 5, "batch_size": 100}, "threads": 2}},
        {"settings": {"training": {"batch_size": 100, "previews": {"epochs": [1]}}, "threads": 1}},
        {"seed": 2},
        {"seed": None},
        {"code": {"deepgen.seeds": "0123456789ac"}},
        {"code": {}},
    ],
)
def test_everything_else_has_another_key(change):
    assert job_key(**KEY | change) != job_key(**KEY)


def test_a_key_does_not_depend_on_the_order_of_settings():
    settings = {"threads": 1, "training": {"batch_size": 100, "epochs": 5}}
    assert job_key(**KEY | {"settings": settings}) == job_key(**KEY)


def test_packages_are_empty():
    """What an `__init__` does belongs to no job's code, so it must do nothing."""
    code = {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text()).body
        for path in PACKAGE.glob("*/**/__init__.py")
    }
    lists = {f"{name.rpartition('.')[2]}/__init__.py" for name in LISTS}
    code = {name: body for name, body in code.items() if name not in lists}
    beyond_docstring = [name for name, body in code.items() if len(body) > bool(body)]
    assert beyond_docstring == []
    assert [n for n, body in code.items() if body and not isinstance(body[0], ast.Expr)] == []


def test_imports_inside_the_package_are_absolute():
    relative = [
        f"{path}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_planning_imports_neither_torch_nor_pandas():
    program = "import sys, deepgen.engine.plan; print(*sys.modules)"
    modules = run_python(sys.executable, program, ROOT / "src").split()
    assert "deepgen.engine.plan" in modules
    assert {"torch", "pandas", "matplotlib", "sklearn"} & set(modules) == set()


def test_a_page_is_written_without_torch():
    """A report has dozens of pages, and torch takes longer than a page."""
    program = "import sys, deepgen.stages.report, deepgen.stages.table; print(*sys.modules)"
    modules = run_python(sys.executable, program, ROOT / "src").split()
    assert {"torch", "sklearn", "scipy.stats"} & set(modules) == set()
