# What a paper has beside its experiments: studies and figures of its own, and its page.
for paper in plan.papers:
    for study, spec in plan.run_studies(paper).items():

        rule:
            name:
                rule_name("study", paper, study)
            output:
                multiext(
                    f"results/{run}/{paper}/",
                    *spec.outputs,
                    f"{study}.prov.json",
                ),
            log:
                f"logs/{run}/{paper}/{study}.log",
            params:
                settings=plan.settings("study", paper, study),
                code=plan.code("study", paper, study),
                out=subpath(output[0], parent=True),
            message:
                f"Work out {study} of {paper}"
            shell:
                "deepgen study --settings {params.settings:q} --expect-code {params.code:q}"
                " --out {params.out:q} > {log:q} 2>&1"

    for figure, shown in plan.run_figures(paper).items():

        rule:
            name:
                rule_name("draw", paper, figure)
            input:
                **shown,
            output:
                report(
                    f"results/{run}/report/figures/{paper}/{figure}.png",
                    caption="../captions/figure.rst",
                    category="Figures",
                    labels={"experiment": paper, "figure": figure},
                ),
                f"results/{run}/report/figures/{paper}/{figure}.pdf",
                f"results/{run}/report/figures/{paper}/{figure}.txt",
                f"results/{run}/report/figures/{paper}/{figure}.prov.json",
            log:
                f"logs/{run}/report/figures/{paper}/{figure}.log",
            localrule: True
            params:
                settings=plan.settings("figure", paper, figure),
                code=plan.code("figure", paper, figure),
                roles=lambda w, input: as_roles(input),
                out=subpath(output[0], parent=True),
            message:
                f"Draw {figure} of {paper}"
            shell:
                "deepgen figure --settings {params.settings:q} --expect-code {params.code:q}"
                " --input {params.roles:q} --out {params.out:q} > {log:q} 2>&1"

    rule:
        name:
            rule_name("write", paper)
        input:
            plan.pages.inputs(paper).values(),
            job=plan.pages.job_file(paper),
        output:
            [f"results/{run}/report/{name}" for name in plan.pages.files(paper)],
            f"results/{run}/report/{paper}.prov.json",
        log:
            f"logs/{run}/report/{paper}.log",
        localrule: True
        params:
            out=subpath(output[0], parent=True),
        message:
            f"Write the page of {paper}"
        shell:
            "deepgen report --job {input.job:q} --out {params.out:q} > {log:q} 2>&1"
