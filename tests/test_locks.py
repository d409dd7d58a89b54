"""The lock files: complete, with a digest for every package, and with one version of torch."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMES = (
    "requirements.lock",
    "requirements-torch.lock",
    "requirements-torch-cpu.lock",
    "requirements-uv.lock",
)
DOCS = "requirements-docs.lock"  # of the site alone


def locked(name):
    """{package: (version, text with its digests)}."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    found = [re.match(r"([a-z0-9.-]+)(?:\[.*?\])?==(\S+)", entry) for entry in entries]
    return {m[1]: (m[2], entry) for m, entry in zip(found, entries, strict=True)}


def test_every_package_has_digests():
    for name in (*NAMES, DOCS):
        for package, (_, entry) in locked(name).items():
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), package


def test_what_builds_the_site_is_locked_apart():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {re.match(r"[a-z0-9-]+", entry)[0] for entry in groups["dependency-groups"]["docs"]}
    assert asked <= locked(DOCS).keys()
    assert {"mkdocs", "mkdocs-material"} & {
        name for file in NAMES for name in locked(file)
    } == set()
    assert "torch" not in locked(DOCS)


def test_all_that_the_project_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    asked = [*project["project"]["dependencies"], *(entry for extra in extras for entry in extra)]
    asked += project["build-system"]["requires"]
    names = {re.match(r"[A-Za-z0-9_.-]+", entry)[0].lower() for entry in asked} - {"deepgen"}
    assert names <= {name for file in NAMES for name in locked(file)}


def test_both_builds_of_torch_are_one_version():
    cpu, usual = (locked(name)["torch"][0] for name in (NAMES[2], NAMES[1]))
    assert cpu == f"{usual}+cpu"


def test_cuda_comes_only_with_the_usual_build_of_torch():
    """Of which one wheel has several hundred megabytes."""
    assert not [name for name in locked(NAMES[0]) if re.match("nvidia|cuda|triton|torch", name)]
    assert list(locked(NAMES[2])) == ["torch"]


def test_the_installer_stands_alone():
    """It is installed by pip, and then installs the rest."""
    assert list(locked(NAMES[3])) == ["uv"]


def test_no_lock_names_a_server():
    for name in NAMES:
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")
