"""YAML that would blow up, or lose something, is refused in a sentence."""

import time
import tracemalloc

import pytest

from deepgen.errors import DeepgenError
from deepgen.yaml_file import parse_value, read_yaml


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "run.yaml").write_text(text)
        return read_yaml(tmp_path / "run.yaml")

    return read


def bomb(levels, width):
    """Every level merges the one before it so often; keys differ, so that nothing collapses."""
    lines = ["a0: &a0 {k0: 0}"]
    for level in range(1, levels):
        refs = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} {{<<: [{refs}], k{level}: 0}}")
    return "\n".join(lines)


@pytest.mark.parametrize(("levels", "width"), [(9, 9), (30, 2), (3, 500), (200, 2)])
def test_nested_merges_are_refused_before_they_are_made(read, levels, width):
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(DeepgenError, match=r"merges .* make more than 100000 values"):
        read(bomb(levels, width))
    assert time.process_time() - began < 10
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_a_mapping_that_is_merged_into_itself_is_refused(read):
    with pytest.raises(DeepgenError, match="merged into itself"):
        read("a: &a\n  x: 1\n  b:\n    <<: *a\n    c: &c {<<: *c}\n")


def test_merges_of_a_usual_size_mean_what_they_say(read):
    content = read(
        "base: &base {x: 1, y: 2}\n"
        "more: &more {<<: *base, y: 3}\n"
        "most: {<<: [*more, {z: 5}], w: 6}\n"
        "again: {inside: {<<: *more}}\n"
    )
    assert content["more"] == {"x": 1, "y": 3}
    assert content["most"] == {"x": 1, "y": 3, "z": 5, "w": 6}
    assert content["again"] == {"inside": {"x": 1, "y": 3}}


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "b: {c: {a: 1, a: 2}}\n", "a: {<<: {}, <<: {}}\n"]
)
def test_a_key_that_is_given_twice_is_refused(read, text):
    with pytest.raises(DeepgenError, match="given twice"):
        read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!bool maybe", "a tag does not fit its value"),
        ("a: !!timestamp soon", "a tag does not fit its value"),
        ("a: !!int one", "invalid literal"),
        ("a: 0x" + "f" * 5000, "a number of 20000 bits"),
    ],
)
def test_a_value_that_is_none_is_one_sentence(read, text, said):
    with pytest.raises(DeepgenError, match=rf"run\.yaml .*{said}.*correct it"):
        read(text)
    with pytest.raises(DeepgenError):
        parse_value(text.removeprefix("a: "), "--set")
