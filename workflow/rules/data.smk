# Download, verify and split. The registry knows the files of a data set, hence one rule a set;
# fetching stays where the internet is, on the machine that runs Snakemake.
for dataset, user in plan.datasets.items():

    rule:
        name:
            rule_name("fetch", dataset)
        output:
            plan.raw_files(dataset),
            f"data/raw/{dataset}/fetch.prov.json",
        log:
            f"logs/{dataset}/fetch.log",
        priority: 2  # trainings, which take longest, wait for it
        retries: 3
        localrule: True
        params:
            settings=plan.settings("fetch", user),
            code=plan.code("fetch", user),
            out=subpath(output[0], parent=True),
        message:
            f"Fetch {dataset}"
        shell:
            "deepgen fetch --settings {params.settings:q} --expect-code {params.code:q}"
            " --out {params.out:q} > {log:q} 2>&1"

    rule:
        name:
            rule_name("prepare", dataset)
        input:
            plan.raw_files(dataset),
        output:
            plan.prepared_files(dataset),
            f"data/prepared/{dataset}/prepare.prov.json",
        log:
            f"logs/{dataset}/prepare.log",
        priority: 2
        params:
            settings=plan.settings("prepare", user),
            code=plan.code("prepare", user),
            raw=subpath(input[0], parent=True),
            out=subpath(output[0], parent=True),
        message:
            f"Prepare {dataset}"
        shell:
            "deepgen prepare --settings {params.settings:q} --expect-code {params.code:q}"
            " --raw {params.raw:q} --out {params.out:q} > {log:q} 2>&1"
