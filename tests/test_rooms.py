"""Imports between the rooms of the package point one way, and no modules import in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "deepgen"

# A room may import only rooms that stand in a lower line
ORDER = [
    ("cli",),
    ("commands", "config_docs", "readme"),
    ("stage_command",),
    ("own_data",),
    ("engine",),
    ("stages", "config", "api"),
    ("checks",),
    ("likelihood_checks",),
    ("abilities", "size_checks"),
    ("settings",),
    ("papers",),
    ("figures",),
    ("report", "families"),
    ("training",),
    ("evaluation",),
    ("samplers",),
    ("layers", "data", "device", "yaml_file", "json_file"),
    ("tensors",),
    ("capabilities", "sections"),
    ("contracts", "files", "errors", "seeds", "places", "typed", "columns"),
]


def imports():
    """{module: deepgen's modules that it imports}."""
    paths = {name(path): path for path in PACKAGE.rglob("*.py")}
    found = {}
    for module, path in paths.items():
        found[module] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                members = [f"{node.module}.{alias.name}" for alias in node.names]
                named = [m for m in members if m in paths] or [node.module]
            else:
                continue
            found[module] |= {one for one in named if one in paths}
    return found


def name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module):
    return module.split(".")[1]


def test_no_modules_import_in_a_circle():
    TopologicalSorter(imports()).prepare()  # raises CycleError, which names the circle


def test_every_arrow_points_down():
    line = {one: number for number, rooms in enumerate(ORDER) for one in rooms}
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if module != "deepgen"
        and room(module) != room(other)
        and line[room(module)] >= line[room(other)]
    ]
    assert wrong == []


def test_general_rooms_know_no_paper_and_no_family():
    """Only the lists, the settings, the papers themselves and the README's tables name one."""
    allowed = ("deepgen.papers.", "deepgen.families.", "deepgen.readme")
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if not module.startswith(allowed)
        and (other.startswith("deepgen.papers.") or "families." in other)
        and other.rpartition(".")[2] not in ("loading", "trained", "settings")
    ]
    assert wrong == []


def test_families_do_not_import_each_other():
    """But for those that are made of another's models."""
    made_of = {"dbn": "rbm"}
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if module.startswith("deepgen.families.")
        and other.startswith("deepgen.families.")
        and other.count(".") > 2
        and other.split(".")[2] not in (family := module.split(".")[2], made_of.get(family))
    ]
    assert wrong == []


def test_what_makes_results_reads_no_settings_module_and_no_list():
    """These are in no identity, so a constant taken from one could change unseen."""
    rooms = ("families", "training", "layers", "samplers", "data", "evaluation", "stages")
    lists = ("deepgen.families", "deepgen.papers", "deepgen.settings", "deepgen.data.registry")
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if module.startswith(tuple(f"deepgen.{room}." for room in rooms))
        and not module.endswith((".settings", ".registry", ".catalogue"))
        and (other in lists or other.endswith((".settings", ".catalogue")))
    ]
    assert wrong == []
