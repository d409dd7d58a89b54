"""Configurations with one thing wrong: refused in a sentence, or taken as they say."""

import copy
import random
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deepgen.config import Config, load_config
from deepgen.engine.plan import Plan
from deepgen.errors import DeepgenError
from deepgen.papers import paper_of
from deepgen.sections import TAGS
from tests.workflow.project import ROOT, Project

from .outcome import Outcome

RUNS = ("quick", "laptop", "config")
CANARY = "pwned"
DRY_SHARE = 20  # one of so many goes through Snakemake itself
SECONDS, BYTES = 20, 1024**3
EVERY = "every"  # a run of every experiment, without overrides
GONE = "this key is gone"
OTHER_FILES = ("init_from", "ablation_of")  # keys after which other files count

NAMES = [
    "../x",
    "/etc/passwd",
    "a b",
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY}",
    f"x\ntouch {CANARY}\n",
    "-n",
    "{wildcards.run}",
    "x\0y",
    "\ud800",
    "[",
    "",
    "é",
    "x" * 100_000,
    "!!python/object/apply:os.system",
]
NUMBERS = [-1, 0, 1e308, 1e-320, float("nan"), float("inf"), 10**30, -(10**30), 2**63, 0.5]
OTHERS = [None, True, "text", [], {}, [[]], {"a": 1}, b"\0\xff", [1, "a"]]


@dataclass(frozen=True)
class Mutation:
    """One way to spoil a file.

    Args:
        name: For messages.
        change: (bytes, random numbers) -> bytes.
        refuse: Whether it must be refused, because taking it would lose something silently.
    """

    name: str
    change: Callable[[bytes, random.Random], bytes]
    refuse: bool = False


def _tree(change: Callable[[Any, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    """A change of the parsed content as one of the file."""

    def changed(source: bytes, rng: random.Random) -> bytes:
        content = yaml.safe_load(source)
        change(content, rng)
        return yaml.dump(content, Dumper=yaml.SafeDumper, sort_keys=False).encode()

    return changed


def _places(content: Any) -> list[tuple[Any, str | int]]:
    """Every mapping or list with each of its keys or positions."""
    found = []
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        found.append((content, key))
        if isinstance(value, dict | list):
            found += _places(value)
    return found


def _put(values: list) -> Callable[[Any, random.Random], None]:
    def change(content: Any, rng: random.Random) -> None:
        inside, key = rng.choice(_places(content))
        inside[key] = copy.deepcopy(rng.choice(values))

    return change


def _put_like(kind: type | tuple, values: list) -> Callable[[Any, random.Random], None]:
    """A value where there is one of this kind, so that its own check is reached."""

    def change(content: Any, rng: random.Random) -> None:
        places = [
            (inside, key)
            for inside, key in _places(content)
            if isinstance(inside[key], kind) and not isinstance(inside[key], bool)
        ]
        inside, key = rng.choice(places or _places(content))
        inside[key] = rng.choice(values)

    return change


def _keys(content: Any) -> list[tuple[dict, str]]:
    return [(inside, key) for inside, key in _places(content) if isinstance(inside, dict)]


def _remove(content: Any, rng: random.Random) -> None:
    inside, key = rng.choice(_places(content))
    del inside[key]


def _rename(content: Any, rng: random.Random) -> None:
    inside, key = rng.choice(_keys(content))
    i = rng.randrange(len(key))
    near = [key[:i] + key[i + 1 :], key[:i] + key[i] + key[i:], key.upper(), f"{key}s", f"{key} "]
    inside[rng.choice([*near, *NAMES])] = inside.pop(key)


def _add(content: Any, rng: random.Random) -> None:
    inside, _ = rng.choice(_keys(content))
    inside[rng.choice(["extra", "seed s", 3, True, *NAMES])] = 1


def _double(content: Any, rng: random.Random) -> None:
    numbers = [(i, k) for i, k in _places(content) if type(i[k]) in (int, float)]
    inside, key = rng.choice(numbers or _places(content))
    inside[key] = inside[key] * 2 if numbers else None


def _reorder(content: Any, rng: random.Random) -> None:
    keys = list(content)
    rng.shuffle(keys)
    for key in keys:
        content[key] = content.pop(key)


def _repeat(content: Any, rng: random.Random) -> None:
    lists = [inside[key] for inside, key in _places(content) if isinstance(inside[key], list)]
    items = rng.choice(lists or [[]])  # an ablation's file may have none
    items += copy.deepcopy(items) * rng.choice([1, 3000])


def _line(source: bytes, rng: random.Random) -> int:
    """The number of a random line that gives a key at the top level."""
    lines = source.decode().splitlines()
    return rng.choice([i for i, line in enumerate(lines) if re.match(r"\w+:", line)])


def _duplicate(source: bytes, rng: random.Random) -> bytes:
    lines = source.decode().splitlines()
    key = lines[_line(source, rng)].partition(":")[0]
    return "\n".join([f"{key}: 1", *lines]).encode()


def _duplicate_inside(source: bytes, rng: random.Random) -> bytes:
    return source.replace(b"{", b"{irange: 9, irange: 8, ", 1) + b"\nx: {a: 1, a: 2}\n"


def _prefix(text: str) -> Callable[[bytes, random.Random], bytes]:
    return lambda source, rng: text.encode() + source


def _suffix(text: str) -> Callable[[bytes, random.Random], bytes]:
    return lambda source, rng: source + b"\n" + text.encode()


def _flip(source: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(source))
    return source[:at] + bytes([source[at] ^ 1 << rng.randrange(8)]) + source[at + 1 :]


# Snakemake's own reader makes these, in a run file, before deepgen sees it: 5 million are seconds
MERGES = "m0: &m0 {a: 1}\n" + "".join(
    f"m{i}: &m{i} {{<<: [{', '.join([f'*m{i - 1}'] * 9)}]}}\n" for i in range(1, 8)
)
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
MUTATIONS = [
    Mutation("another type", _tree(_put(OTHERS))),
    Mutation("another type", _tree(_put([*OTHERS, *NUMBERS, *NAMES]))),
    Mutation("a strange number", _tree(_put_like((int, float), NUMBERS))),
    Mutation("a strange number", _tree(_put_like((int, float), NUMBERS))),
    Mutation("a strange name", _tree(_put_like(str, NAMES))),
    Mutation("a strange name", _tree(_put_like(str, NAMES))),
    Mutation("a key left out", _tree(_remove)),
    Mutation("a key misspelt", _tree(_rename)),
    Mutation("a key too many", _tree(_add)),
    Mutation("a number doubled", _tree(_double)),
    Mutation("a number doubled", _tree(_double)),
    Mutation("another order", _tree(_reorder)),
    Mutation("a list repeated", _tree(_repeat)),
    Mutation("a key twice", _duplicate, refuse=True),
    Mutation("a key twice inside", _duplicate_inside, refuse=True),
    Mutation("a bit flipped", _flip),
    Mutation("cut off", lambda source, rng: source[: rng.randrange(len(source))]),
    Mutation("empty", lambda source, rng: b"", refuse=True),
    Mutation("binary", lambda source, rng: rng.randbytes(3000), refuse=True),
    Mutation("UTF-16", lambda source, rng: source.decode().encode("utf-16"), refuse=True),
    Mutation("Latin-1", lambda source, rng: source + b"\n# \xe9\n", refuse=True),
    Mutation("a byte-order mark", _prefix("\ufeff")),
    Mutation("carriage returns", lambda source, rng: source.replace(b"\n", b"\r\n")),
    Mutation("tabs", lambda source, rng: source.replace(b": ", b":\t"), refuse=True),
    Mutation(
        "a Python tag", _suffix(f"x: !!python/object/apply:os.system ['touch {CANARY}']"), True
    ),
    Mutation("another tag", _suffix("run: !!set {a, b}"), refuse=True),
    Mutation(
        "an expression",
        _prefix(f"__use_yte__: true\n?__import__('os').system('touch {CANARY}'): 1\n"),
        True,
    ),
    Mutation("a bomb of aliases", _prefix(BOMB), refuse=True),
    Mutation(
        "a bomb in overrides", _prefix(BOMB + "overrides: {mnist: *a11}\ntitle: *a11\n"), True
    ),
    Mutation("a bomb of merges", _prefix(MERGES), refuse=True),
    Mutation("a circle", _prefix("overrides: &o {mnist: *o}\nmodel: &m {generator: [*m]}\n"), True),
    Mutation("deep nesting", _prefix("x: " + "[" * 5000 + "]" * 5000 + "\n"), refuse=True),
    Mutation("no date", _prefix("x: 2024-99-99\n"), refuse=True),
    Mutation("a number of 5,000 digits", _prefix(f"x: {'9' * 5000}\n"), refuse=True),
]


def mutated_configs(count: int, seed: int, folder: Path) -> Outcome:
    """Spoil run and experiment files, and load each as Snakemake does when it parses.

    Args:
        count: How many files.
        folder: Holds a copy of the configuration afterwards.
    """
    outcome = Outcome("mutated configurations")
    rng = random.Random(seed)
    spoiled = Spoiled(folder / "configs")
    dry = count // DRY_SHARE
    for i in range(count - dry):
        outcome_of(spoiled, MUTATIONS[i % len(MUTATIONS)], rng, outcome)
    if dry:
        dry_runs(dry, rng, folder / "dry runs", outcome)
    return outcome


def dry_runs(count: int, rng: random.Random, folder: Path, outcome: Outcome) -> None:
    """Spoil the experiment file of a small project, and let Snakemake plan it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    project = Project(folder)
    path = folder / "config/experiments/digits.yaml"
    source = path.read_bytes()
    command = ["snakemake", "-n", "--quiet", "--cores", "1", "--configfile", "config/tiny.yaml"]
    for mutation in rng.choices(MUTATIONS, k=count):
        path.write_bytes(mutation.change(source, rng))
        ended = subprocess.run(
            command, cwd=folder, env=project.environment, capture_output=True, text=True
        )
        said = ended.stdout + ended.stderr
        sentences = [line for line in said.splitlines() if line.startswith("deepgen: ")]
        problems = ["Traceback"] if "Traceback" in said else []
        problems += ["was taken"] if mutation.refuse and ended.returncode == 0 else []
        problems += [said[-300:]] if ended.returncode and len(sentences) != 1 else []
        problems += ["a command was run"] if list(folder.rglob(f"*{CANARY}*")) else []
        end = "Snakemake refused in one sentence" if ended.returncode else "Snakemake planned"
        outcome.judge(f"snakemake -n with {mutation.name}", problems, end)


def outcome_of(
    spoiled: "Spoiled", mutation: Mutation, rng: random.Random, outcome: Outcome
) -> None:
    """Spoil one file and add what came of it."""
    path = rng.choice(spoiled.files)
    try:
        end, problem = spoiled.load(path, mutation, rng)
    except Exception as error:
        end, problem = "", f"{type(error).__name__}: {str(error)[:200]}"
    if problem:
        outcome.failures.append(f"{mutation.name} in {path}: {problem}")
    else:
        outcome.add(end)


class Spoiled:
    """A copy of the configuration in which one file at a time is spoiled."""

    def __init__(self, folder: Path):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(ROOT / "config", folder)
        self.folder = folder
        texts = {p.stem: yaml.safe_load(p.read_text()) for p in folder.glob("experiments/*.yaml")}
        begun = {content.get("init_from") for content in texts.values()}  # trained, not scored
        scored = sorted(texts.keys() - begun)
        every = {"run": EVERY, "experiments": scored, "data": {"tfd": {"file": "faces.mat"}}}
        (folder / f"{EVERY}.yaml").write_text(yaml.safe_dump(every))
        paths = [*folder.glob("experiments/*.yaml"), *(folder / f"{name}.yaml" for name in RUNS)]
        self.files = sorted(str(path.relative_to(folder)) for path in paths)
        runs = (*RUNS, EVERY)
        self.resolved = {
            name: resolve(load_config(folder / f"{name}.yaml", folder)) for name in runs
        }

    def load(self, file: str, mutation: Mutation, rng: random.Random) -> tuple[str, str]:
        """How loading ends with this file spoiled, and what is wrong with that."""
        path = self.folder / file
        source = path.read_bytes()
        path.write_bytes(mutation.change(source, rng))
        run = path.stem if path.stem in RUNS else EVERY
        try:
            with bounded_work():
                config = load_config(self.folder / f"{run}.yaml", self.folder)
                plan_all(Plan(config))
            if mutation.refuse:
                return "", "was taken"
            told = differences(yaml.safe_load(source), yaml.safe_load(path.read_bytes()))
            if run == EVERY:
                told = {("overrides", path.stem, *place): new for place, new in told.items()}
            return judge(told, self.resolved[run], resolve(config))
        except DeepgenError as error:
            return "refused in one sentence", wrong_sentence(str(error), path.stem)
        finally:
            path.write_bytes(source)


def resolve(config: Config) -> dict[str, Any]:
    """Every setting of a run, with defaults and overrides."""
    experiments = config.experiments | config.first_phases | config.not_run
    return {
        "run": config.run.model_dump(mode="json"),
        "experiments": {name: e.model_dump(mode="json") for name, e in experiments.items()},
    }


def plan_all(plan: Plan) -> None:
    """Ask a plan for what the Snakefile asks for while it is parsed."""
    for dataset, user in plan.datasets.items():
        plan.raw_files(dataset), plan.prepared_files(dataset)
        plan.settings("fetch", user), plan.code("fetch", user)
        plan.settings("prepare", user)
    for name in plan.trained:
        for stage in ("train", "sample", "classify", "select-sigma"):
            plan.settings(stage, name), plan.code(stage, name)
    for page in ("index", *plan.papers, *plan.experiments):
        plan.settings("report", name=page), plan.pages.inputs(page)
    for paper in plan.papers:
        for study in paper_of(paper).STUDIES:
            plan.settings("study", paper, study), plan.code("study", paper, study)
    plan.settings("table")


def differences(old: Any, new: Any, place: tuple = ()) -> dict[tuple, Any]:
    """{place: new value, or GONE} of all that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = {}
        for key in [*old, *(key for key in new if key not in old)]:
            found |= differences(old.get(key, GONE), new.get(key, GONE), (*place, key))
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return {p: v for i, (a, b) in pairs for p, v in differences(a, b, (*place, i)).items()}
    same = old == new and isinstance(old, bool) == isinstance(new, bool)
    return {} if same else {place: new}


def judge(told: dict, before: dict, after: dict) -> tuple[str, str]:
    """Whether what a run resolves to changed as its files say, and only so.

    Args:
        told: `differences` of the spoiled file, as if it were a run file.
    """
    made = differences(before, after)
    places = [_resolved_place(place) for place in told]
    if any(place[:2] == ("run", "experiments") or place[-1] in OTHER_FILES for place in places):
        made = {place: new for place, new in made.items() if place[0] != "experiments"}
    allowed = [*places, *(heir for place in places for heir in _heirs(place, after))]
    for place in made:
        if place[:2] != ("run", "overrides") and not any(_meet(place, p) for p in allowed):
            return "", f"changed {place}, which the file does not say"
    for place, new in zip(places, told.values(), strict=True):
        # Null stands for what is left out, which a default may fill
        scalar = new not in (GONE, None) and not isinstance(new, dict | list)
        if scalar and place[1] in after[place[0]]:
            found = _at(after, place)
            if found != (float(new) if isinstance(found, float) else new):
                return "", f"made {place} {found!r} where the file says {new!r}"
    return ("taken as it says" if made else "taken with nothing changed"), ""


def _heirs(place: tuple, resolved: dict) -> list[tuple]:
    """The same place in the ablations of the experiment that it is in."""
    experiments = resolved["experiments"]
    heirs = [name for name, e in experiments.items() if e.get("ablation_of") in place[1:2]]
    return [("experiments", name, *place[2:]) for name in heirs if place[0] == "experiments"]


def _resolved_place(place: tuple) -> tuple:
    """Where `resolve` has what a run file says at `place`."""
    if place[0] == "overrides":
        return ("experiments", *place[1:])
    return ("run", *place)


def _meet(one: tuple, other: tuple) -> bool:
    """Whether a place is inside another; a tag decides about everything beside it."""
    other = other[:-1] if other[-1] in TAGS else other
    return one[: len(other)] == other or other[: len(one)] == one


def _at(content: Any, place: tuple) -> Any:
    for key in place:
        try:
            content = content[key]
        except (LookupError, TypeError):
            return GONE
    return content


def wrong_sentence(text: str, file: str) -> str:
    """What is wrong with a refusal; nothing if it is one line that names file and cure."""
    if "\n" in text or not text.isprintable():
        return f"more than one line: {text!r:.300}"
    if len(text) > 1000:
        return f"{len(text)} characters: {text:.200}"
    if file not in text:
        return f"does not name the file: {text}"
    if re.search(r"[.!?] [A-Z]", text):
        return f"more than one sentence: {text}"
    return ""


@contextmanager
def bounded_work() -> Iterator[None]:
    """Let the block take so much time and memory, and no more."""

    def end(*_: object) -> None:
        raise TimeoutError(f"took more than {SECONDS} s")

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGALRM, end)
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, limits[1]))
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        resource.setrlimit(resource.RLIMIT_AS, limits)
