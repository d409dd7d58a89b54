"""JSON that a person gave or a file has."""

import pytest

from deepgen.errors import DeepgenError
from deepgen.json_file import parse_json, read_json


@pytest.mark.parametrize(
    "text", ["", "{", "1", "[1]", "null", '"x"', '{"a": NaN}', '{"a": -Infinity}', "[" * 100_000]
)
def test_what_is_no_object_is_one_sentence(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    for read in (lambda: parse_json("--x", text), lambda: read_json(tmp_path / "x.json", "make")):
        with pytest.raises(DeepgenError, match="is not JSON") as caught:
            read()
        assert "\n" not in str(caught.value)


def test_a_missing_file_names_its_maker(tmp_path):
    with pytest.raises(DeepgenError, match=r"x.json is missing: run deepgen select-sigma first"):
        read_json(tmp_path / "x.json", "deepgen select-sigma")


def test_an_object_is_taken_as_it_is():
    assert parse_json("x", '{"a": 1e308}') == {"a": 1e308}
