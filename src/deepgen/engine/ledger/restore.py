"""`deepgen restore`: what DVC recorded of a run comes back to the shelf, each file checked."""

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from deepgen.config import Config
from deepgen.engine.compare.differences import changes
from deepgen.engine.integrity import PROVENANCE
from deepgen.engine.ledger.dvc import alone, dvc, listed, on_each, refusal, run, state
from deepgen.engine.ledger.record import KEPT, folders
from deepgen.engine.ledger.shelf import RECORD, SHELF, problems, provenances, sound
from deepgen.engine.plan import Plan
from deepgen.errors import DeepgenError, TemporaryStop

Manifests = dict[Path, dict[str, Any]]  # by the path of the provenance in the checkout


def restore(config: Config) -> None:
    """Fetch what DVC recorded of a run to the shelf, where jobs look for their outputs.

    A line names every file that is altered or missing, and every job that is outdated, because it
    was made with other settings, code or inputs than planned now.

    Raises:
        DeepgenError: if DVC or its record is missing, or nothing could be restored.
    """
    with alone():
        _restore(config)


def _restore(config: Config) -> None:
    if not RECORD.exists():
        raise DeepgenError(
            f"there is no {RECORD} in this folder, so nothing is recorded that could come back: "
            "make the run (make reproduce), or, if somebody recorded the run, take their "
            f"{RECORD} from git (git pull), name where they pushed it (dvc remote add --default "
            "NAME URL), and type deepgen restore again"
        )
    wanted = [str(SHELF / folder) for folder in folders(config)]
    recorded = {str(SHELF / path): md5 for path, md5 in listed().items()}
    targets = [folder for folder in wanted if any(p.startswith(f"{folder}/") for p in recorded)]
    reasons = _bring(targets, recorded) if targets else {}
    found: Manifests = {}
    for path in (path for folder in targets for path in provenances(Path(folder))):
        if (manifest := sound(path)) is None or manifest["stage"] not in KEPT:
            reasons.setdefault(str(path), "altered")
            continue
        wrong = {str(file): why for file, why in problems(path, manifest)}
        reasons = wrong | reasons
        if not wrong:
            found[path.relative_to(SHELF)] = manifest
    outdated = find_outdated(Plan(config), found)
    for path, reason in sorted(reasons.items()):
        print(f"{path}: {reason}")
    for path, reason in outdated.items():
        print(f"{SHELF / path}: outdated: {reason}")
    print(
        f"deepgen restore: {len(found) - len(outdated)} jobs restored, {len(outdated)} outdated, "
        f"{len(reasons)} files altered or missing"
    )
    if not found:
        raise DeepgenError(
            f"nothing of the run {config.run.run} that {RECORD} records could be restored: check "
            "the remote with dvc remote list"
        )
    print("deepgen restore: now run snakemake, which publishes these and makes the rest")


def _bring(targets: list[str], md5s: dict[str, str]) -> dict[str, str]:
    """Have DVC fetch what it can of these folders; {path of what does not come: why}.

    A folder comes whole or not at all, and DVC would rather delete than keep what it does not know
    there: then its files come one by one.
    """
    result = run("fetch", "--verbose", *targets)
    if isinstance(error := refusal(result), TemporaryStop):
        raise error
    if error:
        print(f"deepgen restore: {error}; going on with what DVC's cache has", file=sys.stderr)
    # With `verify`, DVC deletes a damaged object and says so only in its debugging output
    said = result.stdout + result.stderr
    found = re.findall(r"corrupted cache file '.*([0-9a-f]{2})\W([0-9a-f]{30})'", said)
    damaged = {start + rest for start, rest in found}
    changed, absent, uncached = state()
    absent = {path for path in absent if any(path.startswith(f"{t}/") for t in targets)}
    if changed or absent & uncached:
        on_each("checkout", targets=sorted(absent - uncached))
    elif absent:
        dvc("checkout", *targets)
    return {
        path: f"{'altered' if md5s[path] in damaged else 'missing'} in the remote"
        for path in absent & uncached
    }


def find_outdated(plan: Plan, manifests: Manifests) -> dict[Path, str]:
    """{provenance: why the job is not what Snakemake would make now}, those that are apart."""
    makers = {path.parent / name: path for path, m in manifests.items() for name in m["outputs"]}

    @cache
    def reason(path: Path) -> str:
        manifest = manifests[path]
        if own := _difference(plan, path, manifest):
            return own
        for item in manifest["inputs"].values():
            source = Path(item["path"])
            if (maker := makers.get(source)) is None:
                continue
            if reason(maker):
                return f"made from {source}, which is"
            if manifests[maker]["outputs"][str(source.relative_to(maker.parent))] != item["sha256"]:
                return f"made from another {source}"
        return ""

    return {path: why for path in manifests if (why := reason(path))}


def _difference(plan: Plan, path: Path, manifest: dict[str, Any]) -> str:
    """Which settings and modules are not the planned ones."""
    stage, owner = manifest["stage"], path.parts[2]
    named = {"score": path.name, "study": path.name, "reference": path.parent.name}
    name = named.get(stage, "").removesuffix(PROVENANCE)
    if path.parts[0] == "data":
        owner = plan.datasets[owner]
    elif owner not in (*plan.trained, *plan.papers):
        return "the run has no such experiment any more"
    try:
        settings = json.loads(plan.settings(stage, owner, name))
    except (DeepgenError, KeyError):
        return f"the run has no such {stage} any more"
    code = plan.fingerprints(stage, owner, name)
    parts = [f"setting {key}" for key, *_ in changes(manifest["settings"], settings)]
    parts += [f"code of {key}" for key, *_ in changes(manifest["code"], code)]
    return ", ".join(part if part.isprintable() else repr(part) for part in parts)
