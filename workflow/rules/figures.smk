# What each figure is made of, by role, below the experiment's folder; then one job a figure.
FIGURE_INPUTS = {
    "figure2a": {
        "samples": "seed-{seed}/selected/samples.npy",
        "neighbours": "seed-{seed}/selected/neighbours.npz",
    },
    "figure3": {"interpolation": "seed-{seed}/selected/interpolation.npy"},
    "sigma_curve": {
        "sigma_grid": "seed-{seed}/selected/sigma_grid.csv",
        "sigma": "seed-{seed}/selected/sigma.json",
    },
    "training_curves": {"history": "seed-{seed}/history.csv"},
    "previews": {
        "previews": "seed-{seed}/previews.npy",
        "history": "seed-{seed}/history.csv",
    },
}


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
