# Functions of wildcards that the rules share.


def settings(stage):
    """The first of a rule's two identity params: its slice of the settings."""
    return plan.for_wildcards(plan.settings, stage)


def code(stage):
    """The second: fingerprints of the code that it can reach."""
    return plan.for_wildcards(plan.code, stage)


def prepared(*files):
    """Files of the experiment's prepared data set, those of them that the set has."""

    def paths(w):
        made = plan.prepared_files(plan.experiments[w.experiment].dataset)
        return [path for path in made if Path(path).name in files]

    return paths


def cpu_threads(w):
    return plan.experiments[w.experiment].threads


def as_roles(inputs):
    """Inputs as `--input` wants them."""
    return [f"{role}={path}" for role, path in inputs.items()]


def figure_inputs(w):
    """What a figure is made of, by role."""
    folder = f"results/{w.run}/{w.experiment}/"
    seed = plan.experiments[w.experiment].seeds[0]
    return {
        role: folder + path.format(seed=seed)
        for role, path in FIGURE_INPUTS[w.figure].items()
    }
