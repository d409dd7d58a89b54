"""What is installed: the wheel has every file of the package, templates and style sheets too."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_has_every_file_of_the_package(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", "wheel", "."], cwd=tmp_path, check=True)
    wheel = zipfile.ZipFile(next((tmp_path / "wheel").glob("*.whl")))
    files = {path.relative_to(tmp_path / "src").as_posix() for path in package_files(tmp_path)}
    assert files <= set(wheel.namelist())


def package_files(root):
    return [path for path in (root / "src/deepgen").rglob("*") if path.is_file()]
