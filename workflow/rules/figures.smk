# Figures: one job each, from the arrays that it shows. Jobs of seconds, such as drawing, stay on the
# machine that runs Snakemake.
rule interpolate:
    input:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}.safetensors",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/interpolation.npy",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/interpolate.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/interpolate.log",
    threads: cpu_threads
    params:
        settings=settings("interpolate"),
        code=code("interpolate"),
        out=subpath(output[0], parent=True),
    message:
        "Interpolate in z space: {wildcards.experiment}, seed {wildcards.seed}"
    shell:
        "deepgen interpolate --settings {params.settings:q} --expect-code {params.code:q}"
        " --model {input:q} --out {params.out:q} > {log:q} 2>&1"


rule find_neighbours:
    input:
        prepared("train.npy"),
        samples="results/{run}/{experiment}/seed-{seed}/{checkpoint}/samples.npy",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/neighbours.npz",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/neighbours.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/neighbours.log",
    threads: cpu_threads
    params:
        settings=settings("neighbours"),
        code=code("neighbours"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Find nearest training images: {wildcards.experiment}, seed {wildcards.seed}"
    shell:
        "deepgen neighbours --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} --data {params.data:q} --out {params.out:q}"
        " > {log:q} 2>&1"


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


# Figure 1 and section 4 are about no data set.
rule work_out_theory:
    output:
        "results/{run}/theory/figure1.npz",
        "results/{run}/theory/theory.npz",
        "results/{run}/theory/theory.prov.json",
    log:
        "logs/{run}/theory/theory.log",
    params:
        settings=plan.settings("theory"),
        code=plan.code("theory"),
        out=subpath(output[0], parent=True),
    message:
        "Train the one-dimensional net of Figure 1 and compute section 4"
    shell:
        "deepgen theory --settings {params.settings:q} --expect-code {params.code:q}"
        " --out {params.out:q} > {log:q} 2>&1"


rule draw_theory:
    input:
        "results/{run}/theory/{theory_figure}.npz",
    output:
        report(
            "results/{run}/report/figures/theory/{theory_figure}.png",
            caption="../captions/figure.rst",
            category="Figures",
            labels={"experiment": "theory", "figure": "{theory_figure}"},
        ),
        "results/{run}/report/figures/theory/{theory_figure}.pdf",
        "results/{run}/report/figures/theory/{theory_figure}.txt",
        "results/{run}/report/figures/theory/{theory_figure}.prov.json",
    log:
        "logs/{run}/report/figures/theory/{theory_figure}.log",
    localrule: True
    params:
        settings=lambda w: plan.settings("figure", name=w.theory_figure),
        code=lambda w: plan.code("figure", name=w.theory_figure),
        role=lambda w, input: f"{w.theory_figure}={input[0]}",
        out=subpath(output[0], parent=True),
    message:
        "Draw {wildcards.theory_figure}"
    shell:
        "deepgen figure --settings {params.settings:q} --expect-code {params.code:q}"
        " --input {params.role:q} --out {params.out:q} > {log:q} 2>&1"
