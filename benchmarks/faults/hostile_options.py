"""Command lines with one option that nobody should give: refused in a sentence, nothing written."""

import json
import random
import shutil
from pathlib import Path

from .mutated_files import Scratch
from .outcome import Outcome
from .stages import Stage, finished_run

NO_JSON = ["1", "[1]", "null", '"x"', "{", "", "NaN", '{"a": Infinity}', "[" * 50_000]
NO_FOLDER = ["/proc/x", "/proc/1/fd/x/y", "/dev/null", "/dev/null/x", "x" * 300]
NO_SEED = ["-1", "4294967296", "1.5", "1e3", "\u0663", "", "x", "9" * 5000]
NO_SETTINGS = [*NO_JSON, "{}", "x" * 300, "/", ":", "nowhere.yaml", "/dev/null", '{"model": [1]}']
VALUES = {
    "--expect-code": NO_JSON,
    "--out": NO_FOLDER,
    "--seed": NO_SEED,
    "--settings": NO_SETTINGS,
}
HUGE = [10**30, 1e308, -(10**30), 2**63, 1e-320]
NUMBER = "a number of --settings"


def hostile_options(count: int, seed: int, folder: Path) -> Outcome:
    """Give stages an option, or a number in their settings, that cannot be meant.

    Args:
        count: How many, evenly of each option.
    """
    outcome = Outcome("hostile options and numbers on the command line")
    scratch, rng = Scratch(finished_run(folder)), random.Random(seed)
    kinds = [*VALUES, NUMBER]
    for i in range(count):
        option = kinds[i % len(kinds)]
        needed = "--settings" if option == NUMBER else option
        stages = [stage for stage in scratch.run.stages if needed in stage.argv]
        _try(scratch, rng.choice(stages), option, rng, outcome)
    shutil.rmtree(scratch.folder, ignore_errors=True)
    return outcome


def _try(scratch: Scratch, stage: Stage, option: str, rng: random.Random, outcome: Outcome) -> None:
    scratch.clear()
    argv = list(scratch.moved(stage).argv)
    if option == NUMBER:
        at = argv.index("--settings") + 1
        value, argv[at] = _with_absurd_number(argv[at], rng)
    else:
        value = argv[argv.index(option) + 1] = rng.choice(VALUES[option])
    before = scratch.everything()
    ended = scratch.run.run(argv)
    problems = scratch.surprises(ended, before)
    usage = f"deepgen {stage.kind}: error: argument {option}: "
    if option == NUMBER and not value:
        problems = [] if ended.code == 0 else [f"ended with {ended.code}: {ended.output[-300:]}"]
        outcome.judge(stage.name, problems, "has no number")
        return
    if ended.code == 0:
        problems.append("was taken")
    elif usage not in ended.output:
        problems += scratch.refusal(ended, stage.kind)
    outcome.judge(f"{stage.name} with {option} {value:.60}", problems, "refused in one sentence")


def _with_absurd_number(text: str, rng: random.Random) -> tuple[str, str]:
    """What was changed in some settings, and these; nothing if they have no number."""
    settings = json.loads(text)
    places = _numbers(settings)
    if not places:
        return "", text
    inside, key = rng.choice(places)
    inside[key] = rng.choice(HUGE)
    return f"{key} = {inside[key]:g}", json.dumps(settings)


def _numbers(content: dict | list) -> list[tuple[dict | list, str | int]]:
    """Every number in some settings, with what it lies in."""
    found: list[tuple[dict | list, str | int]] = []
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        if isinstance(value, dict | list):
            found += _numbers(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((content, key))
    return found
