# The tables, what is only counted, a page an experiment, and the report; each experiment is also a
# target: `snakemake --cores all mnist`, at full scale. Jobs of seconds stay on the machine that runs
# Snakemake.
rule make_tables:
    input:
        plan.pages.table_inputs.values(),
        job=plan.pages.job_file("tables"),
    output:
        report(
            f"results/{run}/report/tables/parzen.csv",
            caption="../captions/parzen.rst",
            category="Tables",
        ),
        multiext(f"results/{run}/report/tables/parzen", ".md", ".tex"),
        multiext(f"results/{run}/report/tables/likelihoods", ".csv", ".md", ".tex"),
        multiext(f"results/{run}/report/tables/parzen_spread", ".csv", ".md", ".tex"),
        multiext(f"results/{run}/report/tables/sampling", ".csv", ".md", ".tex"),
        multiext(f"results/{run}/report/tables/scores", ".csv", ".md", ".tex"),
        multiext(f"results/{run}/report/tables/ablations", ".csv", ".md", ".tex"),
        f"results/{run}/report/tables/tables.prov.json",
    log:
        f"logs/{run}/report/tables.log",
    localrule: True
    params:
        out=subpath(output[0], parent=True),
    message:
        "Make the tables of scores"
    shell:
        "deepgen table --job {input.job:q} --out {params.out:q} > {log:q} 2>&1"


rule count_operations:
    output:
        "results/{run}/{experiment}/operations.json",
        "results/{run}/{experiment}/count.prov.json",
    log:
        "logs/{run}/{experiment}/count.log",
    localrule: True
    params:
        settings=settings("count"),
        code=code("count"),
        out=subpath(output[0], parent=True),
    message:
        "Count what {wildcards.experiment} would take"
    shell:
        "deepgen count --settings {params.settings:q} --expect-code {params.code:q}"
        " --out {params.out:q} > {log:q} 2>&1"


rule write_page:
    input:
        lambda w: plan.pages.inputs(w.experiment).values(),
        job=lambda w: plan.pages.job_file(w.experiment),
    output:
        "results/{run}/report/{experiment}.html",
        "results/{run}/report/{experiment}.prov.json",
    log:
        "logs/{run}/report/{experiment}.log",
    localrule: True
    params:
        out=subpath(output[0], parent=True),
    message:
        "Write the page of {wildcards.experiment}"
    shell:
        "deepgen report --job {input.job:q} --out {params.out:q} > {log:q} 2>&1"


rule write_front_page:
    input:
        plan.pages.inputs("index").values(),
        job=plan.pages.job_file("index"),
    output:
        f"results/{run}/report/index.html",
        f"results/{run}/report/runs.csv",
        f"results/{run}/report/tables/costs.csv",
        f"results/{run}/report/index.prov.json",
    log:
        f"logs/{run}/report/index.log",
    localrule: True
    params:
        out=subpath(output[0], parent=True),
    message:
        "Write the front page of the report"
    shell:
        "deepgen report --job {input.job:q} --out {params.out:q} > {log:q} 2>&1"


# Under its own name, and with _ for -, as Snakemake names the rules
for experiment in plan.experiments:
    for target in dict.fromkeys([experiment, rule_name(experiment)]):

        rule:
            name:
                target
            input:
                f"results/{run}/report/{experiment}.html",
            message:
                f"All of {experiment}"
