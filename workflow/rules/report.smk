# Table 1 and the HTML report; each experiment is also a target: `snakemake --cores all mnist`.
rule make_table:
    input:
        [
            f"results/{run}/{row['experiment']}/{row['source']}/parzen.json"
            for row in plan.table_rows
        ],
    output:
        report(
            f"results/{run}/report/tables/table1.csv",
            caption="../captions/table1.rst",
            category="Tables",
        ),
        multiext(f"results/{run}/report/tables/table1", ".md", ".tex", ".prov.json"),
    log:
        f"logs/{run}/report/table1.log",
    params:
        settings=plan.settings("table"),
        code=plan.code("table"),
        out=subpath(output[0], parent=True),
    message:
        "Make Table 1"
    shell:
        "deepgen table --settings {params.settings:q} --expect-code {params.code:q}"
        " --scores {input:q} --out {params.out:q} > {log:q} 2>&1"


rule write_report:
    input:
        plan.report_inputs.values(),
    output:
        f"results/{run}/report/index.html",
        expand(f"results/{run}/report/{{experiment}}.html", experiment=plan.experiments),
        f"results/{run}/report/runs.csv",
        f"results/{run}/report/report.prov.json",
    log:
        f"logs/{run}/report/report.log",
    params:
        settings=plan.settings("report"),
        code=plan.code("report"),
        roles=as_roles(plan.report_inputs),
        out=subpath(output[0], parent=True),
    message:
        "Write the report"
    shell:
        "deepgen report --settings {params.settings:q} --expect-code {params.code:q}"
        " --input {params.roles:q} --out {params.out:q} > {log:q} 2>&1"


for experiment in plan.experiments:

    rule:
        name:
            rule_name(experiment)
        input:
            [
                f"results/{run}/{row['experiment']}/{row['source']}/parzen.json"
                for row in plan.table_rows
                if row["experiment"] == experiment
            ],
            [
                f"results/{run}/report/figures/{experiment}/{figure}.png"
                for figure in plan.experiments[experiment].figures
            ],
