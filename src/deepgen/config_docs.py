"""What pages and editors are told of settings and stages: `python -m deepgen.config_docs`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deepgen.engine.stages import STAGES
from deepgen.files import write_text
from deepgen.sections import classes_in
from deepgen.settings import EACH_ONCE, Experiment, Run
from deepgen.typed import NAME, PATTERNS

INTRO = """\
# Configuration

Written by `python -m deepgen.config_docs` from the modules `settings` of `src/deepgen`, which alone
know defaults; a test fails if the two differ. Editors with a YAML language server complete and
check keys by `schema/`, which the first line of a file names.

A **run file** (`config.yaml`, `quick.yaml`) says what one `snakemake` builds:
`snakemake --cores all` builds `config.yaml`, the whole paper at full scale, for weeks on two
cores, and `--configfile config/quick.yaml` a small version in minutes. It is complete in itself.
Its keys are those of [Run](#run).

An **experiment file** (`experiments/<name>.yaml`) says how one model is trained on one data set and
scored. Its keys are those of [Experiment](#experiment). A run names the experiments that it builds.
A file with `ablation_of` says only what it changes of another one.

**Overrides.** A run file may change settings of its experiments, for this run only:

```yaml
run: quick
experiments: [mnist]
overrides:
  mnist:
    seeds: [1, 2]
    training: {epochs: 5}
```

They are laid over the experiment file mapping by mapping: `epochs` is replaced, the other keys of
`training` stay. A list, such as `seeds` or `generator`, is replaced whole; so is a mapping whose
`rule`, `family`, `name` or `kind` changes, as in `selection: {rule: last}`. What neither file gives
has the default below. The result is checked as one: an unknown key, a wrong type or a number out of
range ends in one sentence that names file, key and value, before anything starts. So do a count of
images that the data set does not have, a figure or score that does not exist or that the family
cannot have, two experiments with the same title on one data set, and an experiment with the name of
a rule, such as `train`.

A name has lower-case letters, digits, `-` and `_`. YAML reads `1e-6` as text: write `0.000001` or
`1.0e-6`.
"""

TYPES = {str: "text", bool: "true or false", int: "integer", float: "number", dict: "mapping"}
BOUNDS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


STAGES_PAGE, BEGIN, END = "docs/how-it-works.md", "<!-- stages -->", "<!-- /stages -->"


def files(root: Path) -> dict[str, str]:
    """The text of every file that is generated, or has a part that is, by its path below `root`."""
    schemas = {f"config/schema/{kind.__name__.lower()}.json": kind for kind in (Run, Experiment)}
    texts = {path: json.dumps(kind.model_json_schema()) + "\n" for path, kind in schemas.items()}
    before, _, rest = (root / STAGES_PAGE).read_text(encoding="utf-8").partition(BEGIN)
    page = f"{before}{BEGIN}\n{stage_table()}{END}{rest.partition(END)[2]}"
    return {"config/README.md": config_docs(), STAGES_PAGE: page} | texts


def stage_table() -> str:
    """What each stage makes, where that is kept and where the stage runs, as Markdown."""
    lines = ["| stage | makes | kept in | runs |", "|---|---|---|---|"]
    for name, stage in STAGES.items():
        where = (
            "beside Snakemake" if stage.local else "on a GPU or CPU" if stage.device else "on a CPU"
        )
        lines.append(f"| `{name}` | {stage.makes} | {', '.join(stage.kept)} | {where} |")
    return "\n".join(lines) + "\n"


def config_docs() -> str:
    """The page of all settings, as Markdown."""
    sections = [INTRO, *(_section(kind) for kind in _reading_order(Run, Experiment))]
    return "\n".join(sections)


def _reading_order(*kinds: type[BaseModel]) -> list[type[BaseModel]]:
    """These classes, each followed by those inside it, in the order of their keys."""
    found: list[type[BaseModel]] = []
    for kind in kinds:
        fields = kind.model_fields.values()
        inside = [c for field in fields for c in classes_in(field.annotation)]
        inside += filter(None, [getattr(kind, "SAMPLER", None)])
        for one in (kind, *inside):
            if one is kind:
                found.append(one)
            else:
                found += _reading_order(one)
    return list(dict.fromkeys(found))


def _section(kind: type[BaseModel]) -> str:
    rows = [
        "| " + " | ".join(_cell(text) for text in (f"`{name}`", *_describe(entry))) + " |"
        for name, entry in kind.model_fields.items()
    ]
    head = ["| key | type and range | default | meaning |", "|---|---|---|---|"]
    text = "\n".join(line.strip() for line in (kind.__doc__ or "").splitlines()).strip()
    if sampler := getattr(kind, "SAMPLER", None):
        name = sampler.__name__
        text += f"\n\nAn experiment's section `sampler` has the keys of [{name}](#{name.lower()})."
    return "\n".join([f"## {kind.__name__}", "", text, "", *head, *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _describe(entry: FieldInfo) -> tuple[str, str, str]:
    return _words(entry.annotation, entry.metadata), _default(entry), _meaning(entry)


def _words(annotation: Any, metadata: Any = ()) -> str:
    """A type in words, with its range."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(arguments[0], [*_flat(arguments[1:]), *metadata])
    if origin is Literal:
        values = ", ".join(f"`{value}`" for value in arguments)
        return f"one of {values}" if len(arguments) > 1 else values
    if origin in (Union, UnionType):
        return " or ".join("nothing" if a is type(None) else _words(a) for a in arguments)
    if origin is list:
        return f"list of {_length(metadata, _plural(_words(arguments[0])))}"
    if origin is dict:
        of = "values" if arguments[1] is Any else _words(arguments[1])
        return f"mapping from {_words(arguments[0])} to {of}"
    if issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if pattern := next((p for m in metadata if (p := getattr(m, "pattern", None))), None):
        return "name" if pattern == NAME else PATTERNS[pattern].partition(",")[0].removeprefix("a ")
    bounds = [
        f"{sign} {getattr(m, name)}"
        for m in metadata
        for name, sign in BOUNDS.items()
        if getattr(m, name, None) is not None
    ]
    return " ".join([TYPES[annotation], " and ".join(bounds)]).strip()


def _flat(metadata: Any) -> Iterator[Any]:
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else [item]


def _length(metadata: Any, items: str) -> str:
    least = next((m.min_length for m in metadata if hasattr(m, "min_length")), None)
    most = next((m.max_length for m in metadata if hasattr(m, "max_length")), None)
    if least is not None and least == most:
        return f"{least} {items}"
    items += ", each once" if EACH_ONCE in metadata else ""
    return f"{items}, at least {least}" if least else items


def _plural(words: str) -> str:
    one = re.match(r"(integer|number|name|text|web address)\b", words)
    return f"{one[0]}{'es' if one[0].endswith('s') else 's'}{words[one.end() :]}" if one else words


def _default(entry: FieldInfo) -> str:
    if entry.is_required():
        return "required"
    value = entry.default
    if isinstance(value, BaseModel):
        changed = value.model_dump(mode="json", exclude_unset=True)
        return f"`{json.dumps(changed)}`" if changed else "its defaults"
    return "nothing" if value is None else f"`{_value(value)}`"


def _value(value: Any) -> str:
    """As one writes it in YAML, which reads 1.0e-06 as a number and 1e-06 as text."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, default=lambda item: item.resolved())
    return re.sub(r"(?<![.\d])(\d+)e", r"\1.0e", text)


def _meaning(entry: FieldInfo) -> str:
    if entry.description:
        return " ".join(entry.description.split())
    kinds = list(classes_in(entry.annotation))
    return (kinds[0].__doc__ or "").strip().splitlines()[0] if kinds else ""


if __name__ == "__main__":
    for path, text in files(Path()).items():
        write_text(Path(path), text)
