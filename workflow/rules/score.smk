# Choose sigma on validation images, in every fold of a set that has folds, then read the test images
# once. A score is taken of samples, the likelihood, the spread of the Parzen score and the ways of
# sampling of the model.
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


rule score:
    input:
        unpack(score_inputs),
        samples="results/{run}/{experiment}/{source}/samples.npy",
        sigma=sigma_files,
    output:
        "results/{run}/{experiment}/{source}/{score}.json",
        "results/{run}/{experiment}/{source}/{score}.prov.json",
    log:
        "logs/{run}/{experiment}/{source}/{score}.log",
    wildcard_constraints:
        score="|".join(
            n for n, s in SCORES.items() if s.of == "samples" and not s.sigma
        ),
    threads: cpu_threads
    params:
        settings=settings("score"),
        code=code("score"),
        data=prepared_folder,
        sigma=lambda w, input: as_option("sigma", input),
        features=lambda w, input: as_features(input),
        out=subpath(output[0], parent=True),
    message:
        "Score {wildcards.experiment}, {wildcards.source}: {wildcards.score}"
    shell:
        "deepgen score --settings {params.settings:q} --expect-code {params.code:q}"
        " --samples {input.samples:q} {params.sigma:q} {params.features:q}"
        " --data {params.data:q} --out {params.out:q} > {log:q} 2>&1"


# It also has the log-likelihood of every test image
use rule score as score_under_window with:
    output:
        "results/{run}/{experiment}/{source}/{score}.json",
        "results/{run}/{experiment}/{source}/{score}.npy",
        "results/{run}/{experiment}/{source}/{score}.prov.json",
    wildcard_constraints:
        score="|".join(n for n, s in SCORES.items() if s.of == "samples" and s.sigma),


rule likelihood:
    input:
        prepared("test.npy"),
        model="results/{run}/{experiment}/seed-{seed}/{checkpoint}.safetensors",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/loglik.npy",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/likelihood.json",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/likelihood.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/likelihood.log",
    threads: cpu_threads
    params:
        settings=settings("likelihood"),
        code=code("likelihood"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Likelihood of {wildcards.experiment}, seed {wildcards.seed}, {wildcards.checkpoint} model"
    shell:
        "deepgen likelihood --settings {params.settings:q} --expect-code {params.code:q}"
        " --model {input.model:q} --data {params.data:q} --out {params.out:q} > {log:q} 2>&1"


rule parzen_spread:
    input:
        lambda w: prepared(*plan.score_files(w.experiment, "parzen_spread").values())(w),
        model="results/{run}/{experiment}/seed-{seed}/{checkpoint}.safetensors",
        samples="results/{run}/{experiment}/seed-{seed}/{checkpoint}/samples.npy",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/parzen_spread.json",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/parzen_spread.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/parzen_spread.log",
    threads: cpu_threads
    params:
        settings=settings("parzen-spread"),
        code=code("parzen-spread"),
        data=prepared_folder,
        out=subpath(output[0], parent=True),
    message:
        "Errors of the Parzen score of {wildcards.experiment}"
    shell:
        "deepgen parzen-spread --settings {params.settings:q} --expect-code {params.code:q}"
        " --seed {wildcards.seed} --model {input.model:q} --samples {input.samples:q}"
        " --data {params.data:q} --out {params.out:q} > {log:q} 2>&1"


rule sampling:
    input:
        lambda w: prepared(*plan.score_files(w.experiment, "sampling").values())(w),
        model="results/{run}/{experiment}/seed-{seed}/{checkpoint}.safetensors",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/sampling.json",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/sampling.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/sampling.log",
    threads: cpu_threads
    params:
        settings=settings("sampling"),
        code=code("sampling"),
        data=prepared_folder,
        out=subpath(output[0], parent=True),
    message:
        "Ways of sampling from {wildcards.experiment}"
    shell:
        "deepgen sampling --settings {params.settings:q} --expect-code {params.code:q}"
        " --seed {wildcards.seed} --model {input.model:q} --data {params.data:q}"
        " --out {params.out:q} > {log:q} 2>&1"
