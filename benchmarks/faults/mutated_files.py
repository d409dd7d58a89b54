"""Data files and checkpoints with something wrong in them, given to the commands that read them."""

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepgen.files import sha256

from . import spoil
from .outcome import Outcome
from .raw_sets import RAW_SETS, RawSet
from .stages import Ended, Run, Stage, finished_run
from .tensor_files import MODEL, STATE, save_and_stop

SECONDS = 60
REFUSED, ANOTHER, SAME = "refused in one sentence", "taken under another key", "same bits"
ARCHIVES = (".tar.gz", ".tgz")


def mutated_data(count: int, seed: int, folder: Path) -> Outcome:
    """Spoil raw files of every format, on a mirror and where `prepare` reads them, and what later
    stages read.

    Args:
        count: How many, evenly of each.
    """
    outcome = Outcome("spoilt data: raw files, prepared arrays, samples, scores and tables")
    scratch, rng = Scratch(finished_run(folder)), random.Random(seed)
    kinds = [(fetched, name) for name in RAW_SETS for fetched in (True, False)]
    stages = [stage for stage in scratch.run.stages if stage.kind not in ("fetch", "prepare")]
    for i in range(count):
        if i % 2:
            fetched, name = kinds[i // 2 % len(kinds)]
            scratch.try_raw(name, RAW_SETS[name], fetched, rng, outcome)
        else:
            scratch.try_input(stages[i // 2 % len(stages)], rng, outcome)
    return outcome


def mutated_checkpoints(count: int, seed: int, folder: Path) -> Outcome:
    """Spoil model files, a classifier, states of a stopped training, and entries of the store."""
    outcome = Outcome("spoilt models, classifiers, training states and entries of the store")
    scratch, rng = Scratch(finished_run(folder)), random.Random(seed)
    stages = scratch.run.stages
    readers = [s for s in stages if any(p.endswith(".safetensors") for p in s.argv)]
    (training,) = (stage for stage in stages if stage.kind == "train")
    states = save_and_stop(scratch, training)
    stored = [stage for stage in stages if stage.stored]
    for i in range(count):
        match i % 3:
            case 0:
                scratch.try_input(rng.choice(readers), rng, outcome, only=".safetensors")
            case 1:
                scratch.try_state(training, states, rng, outcome)
            case 2:
                scratch.try_stored(rng.choice(stored), rng, outcome)
    return outcome


class Scratch:
    """A folder in which commands of a finished run write, so that the run stays as it is."""

    def __init__(self, run: Run):
        self.run = run
        self.folder = run.root.parent / "spoilt"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.out, self.store = self.folder / "out", self.folder / "store"

    def clear(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o755)

    def moved(self, stage: Stage) -> Stage:
        """The same command with its results and its store here."""
        argv = list(stage.argv)
        argv[argv.index("--out") + 1] = str(self.out)
        argv += ["--store", str(self.store)] if stage.stored else []
        stored = {
            str(self.store / Path(p).relative_to("store")): d for p, d in stage.stored.items()
        }
        return replace(stage, argv=argv, out=self.out, stored=stored)

    def try_raw(
        self, name: str, raw: RawSet, fetched: bool, rng: random.Random, outcome: Outcome
    ) -> None:
        """Spoil one raw file, on the mirror or where `prepare` reads it."""
        self.clear()
        files = dict(raw.mirror if fetched else raw.raw)
        file = rng.choice(list(files))
        how, change = rng.choice(_ways(file, files[file]))
        files[file] = change(files[file], rng)
        place = self.folder / "given" / ("toy" if fetched else "")
        place.mkdir(parents=True)
        for given, content in files.items():
            (place / given).write_bytes(content)
        if rng.random() < 0.05:
            how = "a folder"
            (place / file).unlink()
            (place / file).mkdir()
        settings = raw.prepare | {"raw": 0}
        if fetched:
            settings = {"dataset": "toy"} | raw.fetch
            own = {"path": str(place / file)}
            settings["files"] = [f | own if "how_to_get" in f else f for f in settings["files"]]
            argv = ["fetch", "--mirror", str(place.parent), "--bundled", str(place.parent / "none")]
        else:
            settings = raw.prepare
            argv = ["prepare", "--raw", str(place)]
        argv += ["--settings", json.dumps(settings), "--out", str(self.out)]
        before = self.everything()
        ended = self.run.run(argv)
        problems = self.surprises(ended, before)
        end = REFUSED
        if ended.code == 0 and fetched:
            end = "its right content was taken"
            if "tfd" in name:
                end = "taken as the user's own file"
            elif any((self.out / n).read_bytes() != c for n, c in raw.raw.items()):
                problems.append("took other content")
        elif ended.code == 0:
            end = ANOTHER
            digest = sha256(place / file)
            if digest not in (self.out / "prepare.prov.json").read_text(encoding="utf-8"):
                problems.append("does not tell the file's digest")
        else:
            problems += self.refusal(ended, argv[0])
        outcome.judge(f"{argv[0]} of {name}, {file} with {how}", problems, end)

    def try_input(self, stage: Stage, rng: random.Random, outcome: Outcome, only: str = "") -> None:
        """Spoil one file that a stage reads."""
        self.clear()
        record = self.run.root / stage.out / stage.provenance
        inputs = json.loads(record.read_text(encoding="utf-8"))["inputs"]
        files = {role: self.run.root / entry["path"] for role, entry in inputs.items()}
        files = {role: path for role, path in files.items() if path.name.endswith(only)}
        if not files:
            outcome.add("has no input")
            return
        role = rng.choice(list(files))
        path = files[role]
        content = path.read_bytes()
        how, change = rng.choice(_ways(path.name, content))
        moved = self.moved(stage)
        try:
            path.write_bytes(change(content, rng))
            before = self.everything()
            ended = self.run.run(moved.argv)
            problems = self.surprises(ended, before)
            end = REFUSED
            if ended.code != 0:
                problems += self.refusal(ended, stage.kind)
            else:
                key = json.loads((self.out / stage.provenance).read_text())["key"]
                same = path.read_bytes() == content
                end = SAME if same else ANOTHER
                if (key == stage.key) != same:
                    problems.append("was taken under the old key")
                if path.name == "samples.npy" and how in spoil.NEVER_SAMPLES:
                    problems.append("took samples that no score means anything of")
                if path.suffix == ".safetensors" and not same:
                    problems.append("took an altered model")
        finally:
            path.write_bytes(content)
        outcome.judge(f"{stage.name}, {role} with {how}", problems, end)

    def try_state(
        self, training: Stage, states: Path, rng: random.Random, outcome: Outcome
    ) -> None:
        """Spoil the last state of a stopped training, the one before it, or both."""
        self.clear()
        shutil.copytree(states, self.store)
        found = sorted(self.store.rglob("state*.safetensors"))
        chosen = rng.choice([found, *([path] for path in found)])
        how, change = rng.choice([*spoil.ANY.items(), *STATE.items()])
        for path in chosen:
            path.write_bytes(change(path.read_bytes(), rng))
        moved = self.moved(training)
        before = self.everything()
        ended = self.run.run(moved.argv)
        problems, end = self.surprises(ended, before), SAME
        for path in chosen:
            if ended.code == 0:
                break
            problems += self.refusal(ended, "train")
            end = "refused in one sentence, and the same bits after its cure"
            if "delete " not in ended.output or str(path.parent) not in ended.output:
                problems.append(f"names no cure: {ended.output[-300:]}")
            path.unlink()
            ended = self.run.run(moved.argv)
        problems += self.other_bits(moved, ended)
        names = " and ".join(path.name for path in chosen)
        outcome.judge(f"{names} with {how}", problems, end)

    def try_stored(self, stage: Stage, rng: random.Random, outcome: Outcome) -> None:
        """Spoil an output or the manifest of a finished entry of the store."""
        self.clear()
        for path in stage.stored:
            entry = Path(path).parent
            target = self.store / entry.relative_to("store")
            shutil.copytree(self.run.root / entry, target, dirs_exist_ok=True)
        files = [p for p in self.store.rglob("*") if p.is_file() and p.name not in IDLE]
        manifests = [path for path in files if path.name == "manifest.json"]
        path = rng.choice([rng.choice(manifests), rng.choice(files)])
        content = path.read_bytes()
        how, change = rng.choice(_ways(path.name, content, damage=True))
        path.write_bytes(change(content, rng))
        moved = self.moved(stage)
        before = self.everything()
        ended = self.run.run(moved.argv)
        problems, end = self.surprises(ended, before), "published or made again, the same bits"
        problems += self.other_bits(moved, ended)
        outcome.judge(f"{path.name} of {stage.name} in the store with {how}", problems, end)

    def everything(self) -> set[Path]:
        """All files near the commands' folders, apart from those that they may write."""
        near = [p for p in self.folder.parent.parent.rglob("*") if not p.is_dir() or p.is_symlink()]
        theirs = (self.out, self.store, self.run.root / "logs", self.run.logs)
        return {p for p in near if not any(p.is_relative_to(folder) for folder in theirs)}

    def surprises(self, ended: Ended, before: set[Path]) -> list[str]:
        """What no command may do, however it ended."""
        found = [f"wrote {path}" for path in self.everything() - before]
        found += [f"wrote {p}" for p in self.out.rglob(f"*{spoil.CANARY}*")]
        found += [f"left {path.name}" for path in self.out.rglob(".*")]
        if ended.seconds > SECONDS:
            found.append(f"took {ended.seconds:.0f} s")
        return found

    def refusal(self, ended: Ended, command: str) -> list[str]:
        """What is wrong with how a command refused."""
        lines = ended.output.splitlines() or [""]
        said = lines[-1].startswith(f"deepgen {command}: ") and len(lines[-1]) < 2000
        found = [f"left {p.name}" for p in self.out.rglob("*") if p.is_file()]
        if not said or "Traceback" in ended.output:
            found.append(f"ended with {ended.code}: {ended.output[-400:]}")
        return found

    def other_bits(self, stage: Stage, ended: Ended) -> list[str]:
        """What a command that must succeed made otherwise than undisturbed."""
        if ended.code != 0:
            return [f"ended with {ended.code}: {ended.output[-400:]}"]
        return [
            f"made another {name}"
            for name, digest in stage.outputs.items()
            if not (self.out / name).is_file() or sha256(self.out / name) != digest
        ]


IDLE = ("lock", "owner.json", "train.jsonl", "training.json")


def _ways(name: str, content: bytes, damage: bool = False) -> list[tuple[str, Any]]:
    """How a file of this name may be spoilt; those of its format as often as all others.

    Args:
        damage: Only what a reader of bytes can see, because the file is compared by its digest.
    """
    kinds: dict[str, dict[str, spoil.Spoil]] = {
        ".npy": spoil.ARRAY,
        ".json": spoil.JSON,
        ".csv": spoil.CSV,
        ".safetensors": {} if damage else MODEL,
        **dict.fromkeys(ARCHIVES, spoil.in_archive("batches/extra.jpg")),
    }
    own = next((ways for end, ways in kinds.items() if name.endswith(end)), {})
    if name == "faces" and content[:2] == b"\x1f\x8b":
        own = spoil.in_archive("lfw/Extra_Face/Extra_Face_0001.jpg")
    times = max(1, len(spoil.ANY) // max(1, len(own)))
    return [*spoil.ANY.items(), *list(own.items()) * times]
