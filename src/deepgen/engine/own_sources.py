"""People's own files and folders, looked at before Snakemake plans."""

from pathlib import Path

from deepgen.data.local import check_unchanged
from deepgen.data.own_file import find_own_file
from deepgen.engine.plan import Plan


def check_own_sources(plan: Plan, raw: Path = Path("data/raw")) -> None:
    """Refuse to plan if images are missing, or others than the experiment file says.

    Only where Snakemake was called: jobs on other machines plan, too, and may not see the files.

    Raises:
        DeepgenError: one sentence that has what to write in the file if the new ones are meant.
    """
    for dataset, owner in plan.datasets.items():
        for file in plan.resolved("fetch", owner, "")["files"]:
            fetched = raw / dataset / file["name"]
            if "how_to_get" in file:
                if not fetched.exists():
                    find_own_file(dataset, file)
            elif "folder" in file or "path" in file:
                check_unchanged(dataset, file, fetched)
