# Train each seed of each experiment. Threads are a setting, because they decide the bits.
rule train:
    input:
        lambda w: prepared(*plan.training_files(w.experiment))(w),
        unpack(first_phase),
    output:
        multiext(
            "results/{run}/{experiment}/seed-{seed}/",
            "selected.safetensors",
            "last.safetensors",
            "objective.safetensors",
            "history.csv",
            "previews.npy",
            "train.prov.json",
        ),
    log:
        "logs/{run}/{experiment}/seed-{seed}/train.log",
    # The longest job: begun last, it would leave the other cores without work
    priority: 1
    threads: cpu_threads
    params:
        settings=settings("train"),
        code=code("train"),
        data=subpath(input[0], parent=True),
        first_phase=lambda w, input: as_option("first_phase", input),
        stop_after=stop_after,
        out=subpath(output[0], parent=True),
    message:
        "Train {wildcards.experiment}, seed {wildcards.seed}"
    shell:
        "deepgen train --settings {params.settings:q} --expect-code {params.code:q}"
        " --seed {wildcards.seed} --data {params.data:q} {params.first_phase:q}"
        " {params.stop_after:q} --out {params.out:q} > {log:q} 2>&1"


rule sample:
    input:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}.safetensors",
    output:
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/samples.npy",
        "results/{run}/{experiment}/seed-{seed}/{checkpoint}/sample.prov.json",
    log:
        "logs/{run}/{experiment}/seed-{seed}/{checkpoint}/sample.log",
    threads: cpu_threads
    params:
        settings=settings("sample"),
        code=code("sample"),
        out=subpath(output[0], parent=True),
    message:
        "Sample {wildcards.experiment}, seed {wildcards.seed}, {wildcards.checkpoint} model"
    shell:
        "deepgen sample --settings {params.settings:q} --expect-code {params.code:q}"
        " --seed {wildcards.seed} --model {input:q} --out {params.out:q}"
        " > {log:q} 2>&1"


rule make_reference:
    input:
        prepared("train.npy"),
    output:
        "results/{run}/{experiment}/references/{reference}/samples.npy",
        "results/{run}/{experiment}/references/{reference}/reference.prov.json",
    log:
        "logs/{run}/{experiment}/references/{reference}/reference.log",
    threads: cpu_threads
    params:
        settings=settings("reference"),
        code=code("reference"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Make the reference {wildcards.reference} of {wildcards.experiment}"
    shell:
        "deepgen reference --settings {params.settings:q} --expect-code {params.code:q}"
        " --data {params.data:q} --out {params.out:q} > {log:q} 2>&1"


rule classify:
    input:
        prepared(
            "train.npy",
            "train_labels.npy",
            "valid.npy",
            "test.npy",
            "test_labels.npy",
        ),
    output:
        multiext(
            "results/{run}/{experiment}/classifier/",
            "classifier.safetensors",
            "classifier.json",
            "train_features.npy",
            "valid_features.npy",
            "test_features.npy",
            "classify.prov.json",
        ),
    log:
        "logs/{run}/{experiment}/classifier/classify.log",
    threads: cpu_threads
    params:
        settings=settings("classify"),
        code=code("classify"),
        data=subpath(input[0], parent=True),
        out=subpath(output[0], parent=True),
    message:
        "Train the classifier for the features of {wildcards.experiment}"
    shell:
        "deepgen classify --settings {params.settings:q} --expect-code {params.code:q}"
        " --data {params.data:q} --out {params.out:q} > {log:q} 2>&1"
