"""`config/README.md` says what the settings are."""

import difflib
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from deepgen.config_docs import config_docs, files
from deepgen.settings import Experiment, Run

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("path", files(ROOT))
def test_what_is_generated_is_in_sync(root, path):
    written = (root / path).read_text(encoding="utf-8")
    difference = difflib.unified_diff(
        written.splitlines(), files(root)[path].splitlines(), path, "generated", n=0
    )
    text = "\n".join(difference)
    assert not text, f"run `python -m deepgen.config_docs`\n{text[:5000]}"


@pytest.mark.parametrize("kind", ["run", "experiment"])
def test_editors_accept_what_is_shipped_and_mark_a_wrong_key(root, kind):
    folder = root / "config" / ("experiments" if kind == "experiment" else "")
    schema = jsonschema.Draft202012Validator(json.loads(files(root)[f"config/schema/{kind}.json"]))
    paths = list(folder.glob("*.yaml"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        named = re.match(r"# yaml-language-server: \$schema=(.+)\n", text)
        assert (folder / named[1]).samefile(root / f"config/schema/{kind}.json")
        content = yaml.safe_load(text)
        assert [error.message for error in schema.iter_errors(content)] == []
        (error,) = schema.iter_errors(content | {"sed": 1})
        assert "sed" in error.message


def test_every_key_has_a_row_with_a_meaning_and_every_link_a_section():
    page = config_docs()
    sections = {s.split("\n")[0]: s for s in page.split("\n## ")[1:]}
    assert list(sections)[:3] == ["Run", "DataSettings", "TfdSettings"]
    for kind in (Run, Experiment):
        for key in kind.model_fields:
            row = next(
                r for r in sections[kind.__name__].splitlines() if r.startswith(f"| `{key}`")
            )
            assert all(cell.strip() for cell in row.split(" | "))
    links = set(re.findall(r"\(#(\w+)\)", page))
    assert links <= {name.lower() for name in sections}


def test_types_and_defaults_are_written_as_one_writes_yaml():
    page = config_docs()
    assert "| `epochs` | integer > 0 | required |" in page
    assert "| `minimum` | number >= 0 | `1.0e-06` |" in page
    assert "| `distribution` | one of `uniform`, `gaussian` | `uniform` |" in page
    assert "| `input_keep` | number > 0 and <= 1 | `0.8` |" in page
    assert "| `seed` | integer >= 0 and <= 4294967295 | `0` |" in page
    assert "| `figures` | list of names, each once or nothing | nothing |" in page
    assert "list of [DenseLayer](#denselayer) or [MaxoutLayer](#maxoutlayer)" in page
