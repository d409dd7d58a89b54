# Choose sigma on validation images, then read the test images once; a set with folds has its own
# sigma in every fold. The other scores compare samples with images.
rule select_sigma:
    input:
        lambda w: prepared(f"{w.fold}valid.npy")(w),
        samples="results/{run}/{experiment}/{source}/samples.npy",
    output:
        "results/{run}/{experiment}/{source}/{fold}sigma_grid.csv",
        "results/{run}/{experiment}/{source}/{fold}sigma.json",
        "results/{run}/{experiment}/{source}/{fold}select-sigma.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/{fold}select-sigma.log",
    threads: cpu_threads
    params:
        settings=settings("select-sigma"),
        code=code("select-sigma"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Choose sigma for {wildcards.experiment}, {wildcards.source} {wildcards.fold}"
    shell:
        "deepgen select-sigma --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} --data {params.data:q} --out {params.out:q}"
        " > {log:q} 2>&1"


rule score_parzen:
    input:
        lambda w: prepared(*(f"{fold}test.npy" for fold in plan.folds(w.experiment)))(w),
        samples="results/{run}/{experiment}/{source}/samples.npy",
        sigma=lambda w: [
            f"results/{w.run}/{w.experiment}/{w.source}/{fold}sigma.json"
            for fold in plan.folds(w.experiment)
        ],
    output:
        "results/{run}/{experiment}/{source}/parzen.json",
        "results/{run}/{experiment}/{source}/parzen.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/parzen.log",
    threads: cpu_threads
    params:
        settings=settings("score", "parzen"),
        code=code("score", "parzen"),
        data=prepared_folder,
        out=subpath(output[0], parent=True),
    message:
        "Score {wildcards.experiment}, {wildcards.source}: parzen"
    shell:
        "deepgen score --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} --sigma {input.sigma:q} --data {params.data:q}"
        " --out {params.out:q} > {log:q} 2>&1"


rule score_by_comparison:
    input:
        unpack(comparison_inputs),
        samples="results/{run}/{experiment}/{source}/samples.npy",
    output:
        "results/{run}/{experiment}/{source}/{score}.json",
        "results/{run}/{experiment}/{source}/{score}.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/{score}.log",
    threads: cpu_threads
    params:
        settings=settings("score"),
        code=code("score"),
        data=prepared_folder,
        classifier=lambda w, input: as_option("classifier", input),
        out=subpath(output[0], parent=True),
    message:
        "Score {wildcards.experiment}, {wildcards.source}: {wildcards.score}"
    shell:
        "deepgen score --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} {params.classifier:q} --data {params.data:q}"
        " --out {params.out:q} > {log:q} 2>&1"
