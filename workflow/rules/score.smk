# Choose sigma on validation images, then read the test images once.
rule select_sigma:
    input:
        prepared("valid.npy"),
        samples="results/{run}/{experiment}/{source}/samples.npy",
    output:
        "results/{run}/{experiment}/{source}/sigma_grid.csv",
        "results/{run}/{experiment}/{source}/sigma.json",
        "results/{run}/{experiment}/{source}/select-sigma.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/select-sigma.log",
    threads: cpu_threads
    params:
        settings=settings("select-sigma"),
        code=code("select-sigma"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Choose sigma for {wildcards.experiment}, {wildcards.source}"
    shell:
        "deepgen select-sigma --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} --data {params.data:q} --out {params.out:q}"
        " > {log:q} 2>&1"


rule score:
    input:
        prepared("test.npy"),
        samples="results/{run}/{experiment}/{source}/samples.npy",
        sigma="results/{run}/{experiment}/{source}/sigma.json",
    output:
        "results/{run}/{experiment}/{source}/{score}.json",
        "results/{run}/{experiment}/{source}/{score}.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/{score}.log",
    threads: cpu_threads
    params:
        settings=settings("score"),
        code=code("score"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Score {wildcards.experiment}, {wildcards.source}: {wildcards.score}"
    shell:
        "deepgen score --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} --sigma {input.sigma:q} --data {params.data:q}"
        " --out {params.out:q} > {log:q} 2>&1"
