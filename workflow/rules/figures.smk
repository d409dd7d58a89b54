# Studies work out what a figure shows; figures, one job each, draw it. Jobs of seconds, such as
# drawing, stay on the machine that runs Snakemake.
for study, spec in plan.studies.items():

    rule:
        name:
            rule_name("study", study)
        input:
            study_images(spec),
            unpack(study_start(spec)),
        output:
            multiext(
                "results/{run}/{experiment}/seed-{seed}/{checkpoint}/",
                *spec.outputs,
                f"{study}.prov.json",
            ),
        log:
            f"logs/{{run}}/{{experiment}}/seed-{{seed}}/{{checkpoint}}/{study}.log",
        threads: cpu_threads
        params:
            settings=settings("study", study),
            code=code("study", study),
            start=lambda w, input: as_option("model", input)
            + as_option("samples", input),
            data=lambda w, input: as_data(w, input),
            out=subpath(output[0], parent=True),
        message:
            f"Work out {study}: {{wildcards.experiment}}, seed {{wildcards.seed}}"
        shell:
            "deepgen study --settings {params.settings:q} --expect-code {params.code:q}"
            " {params.start:q} {params.data:q} --out {params.out:q} > {log:q} 2>&1"


rule draw_figure:
    input:
        unpack(figure_inputs),
    output:
        report(
            "results/{run}/report/figures/{experiment}/{figure}.png",
            caption="../captions/figure.rst",
            category="Figures",
            labels={"experiment": "{experiment}", "figure": "{figure}"},
        ),
        "results/{run}/report/figures/{experiment}/{figure}.pdf",
        "results/{run}/report/figures/{experiment}/{figure}.txt",
        "results/{run}/report/figures/{experiment}/{figure}.prov.json",
    log:
        "logs/{run}/report/figures/{experiment}/{figure}.log",
    localrule: True
    params:
        settings=settings("figure"),
        code=code("figure"),
        roles=lambda w: as_roles(figure_inputs(w)),
        out=subpath(output[0], parent=True),
    message:
        "Draw {wildcards.figure} of {wildcards.experiment}"
    shell:
        "deepgen figure --settings {params.settings:q} --expect-code {params.code:q}"
        " --input {params.roles:q} --out {params.out:q} > {log:q} 2>&1"
