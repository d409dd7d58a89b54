# `snakemake --cores all` builds the whole paper at full scale, for weeks on two cores (`deepgen
# estimate`); with `--configfile config/quick.yaml` it builds a small version in minutes.
import gc
import os
import sys
from contextlib import suppress
from pathlib import Path

from deepgen.config import load_config, parse_changes
from deepgen.errors import DeepgenError
from deepgen.engine.announce import announce, hint_at_targets
from deepgen.engine.own_sources import check_own_sources
from deepgen.engine.plan import Plan, rule_name
from deepgen.engine.repair import look_for_lost
from deepgen.engine.run_file import check_owner, record_owner
from deepgen.engine.terminal.scores import main_scores
from deepgen.engine.times import bring_to_present, touch_changed
from deepgen.engine.ledger.record import record_after_success
from deepgen.evaluation.catalogue import SCORES
from deepgen.yaml_file import read_yaml

# A plan is millions of objects that live as long as it: looking for garbage takes 2 of 16 seconds
gc.set_threshold(100_000, 50, 100)

if "run" not in config and not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


try:
    for path in workflow.configfiles:
        read_yaml(
            Path(path)
        )  # Snakemake's own reader drops the first of two equal keys
    changes = parse_changes(config.pop("set", []))
    named = " and ".join(map(os.path.relpath, workflow.configfiles))
    plan = Plan(load_config(config, changes=changes, named=named))
    if workflow.is_main_process:
        check_owner(plan.config.run, workflow.configfiles)
        if "--unlock" not in sys.argv:
            check_own_sources(plan)
except DeepgenError as error:
    raise SystemExit(f"deepgen: {error}")

run = plan.run
repairs = []
if workflow.is_main_process:
    hint_at_targets(sys.argv[1:], plan)
for cure, names in plan.left_out.items():
    print(f"deepgen: left out: {', '.join(names)}: {cure}", file=sys.stderr)
if workflow.is_main_process and "--unlock" not in sys.argv:
    if any(Path(".snakemake/locks").glob("*")):
        # Snakemake's own message does not say what to type
        print(
            "deepgen: snakemake is running here already, or was killed; if it was killed, type: "
            "snakemake --unlock",
            file=sys.stderr,
        )
    else:
        for folder in (Path("data"), Path("results", run)):
            bring_to_present(folder)
        touch_changed(Path("data"), Path("results", run))
        if not {"--touch", "-t"} & set(sys.argv):
            repairs = look_for_lost(workflow, plan)
    plan.pages.write_job_files()
os.environ.update(DEEPGEN_STORE=plan.config.run.store_dir)
if plan.config.run.data.mirror:
    os.environ.setdefault("DEEPGEN_MIRROR", plan.config.run.data.mirror)


wildcard_constraints:
    run=run,
    experiment="|".join([*plan.trained, *plan.counted]),
    seed=r"\d+",
    checkpoint="selected|last",
    source=r"seed-\d+/(selected|last)|references/[a-z-]+",
    fold=r"(fold-\d+/)?",


rule all:
    input:
        f"results/{run}/report/index.html",
        expand(
            "results/{run}/report/{experiment}.html",
            run=run,
            experiment=[*plan.papers, *plan.experiments],
        ),
    message:
        f"the report of run {run}"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/papers.smk"
include: "workflow/rules/report.smk"


onstart:
    record_owner(plan.config.run, workflow.configfiles)
    try:
        for repair in repairs:
            repair.set_aside(workflow.dag.needrun_jobs())
    except DeepgenError as error:
        raise SystemExit(f"deepgen: {error}")
    announce(workflow, plan.config)


onsuccess:
    for repair in repairs:
        repair.look_again()
    record_after_success(plan.config)
    report_folder = Path(f"results/{run}/report")
    if (report_folder / "index.html").exists():
        with suppress(ValueError, LookupError):  # tables of another version
            logger.info("\n".join(["", *main_scores(report_folder), ""]))
        logger.info(f"deepgen: finished; open {report_folder}/index.html")


onerror:
    logger.info("deepgen: not finished, as said above. The same command continues.")
