"""People's own files and folders, looked at before Snakemake plans."""

from pathlib import Path

from deepgen.data.local import check_unchanged
from deepgen.engine.plan import Plan


def check_own_sources(plan: Plan, raw: Path = Path("data/raw")) -> None:
    """Refuse to plan if images are missing, or others than the experiment file says.

    Only where Snakemake was called: jobs on other machines plan, too, and may not see the files.

    Raises:
        DeepgenError: one sentence that has what to write in the file if the new ones are meant.
    """
    for dataset, owner in plan.datasets.items():
        for file in plan.resolved("fetch", owner, "")["files"]:
            if "folder" in file or ("path" in file and "digest" in file):
                check_unchanged(dataset, file, raw / dataset / file["name"])
