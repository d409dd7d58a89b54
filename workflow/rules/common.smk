# Functions of wildcards that the rules share.


def settings(stage, name=""):
    """The first of a rule's two identity params: its slice of the settings."""
    return plan.for_wildcards(plan.settings, stage, name)


def code(stage, name=""):
    """The second: fingerprints of the code that it can reach."""
    return plan.for_wildcards(plan.code, stage, name)


def prepared_folder(w):
    return f"data/prepared/{plan.config[w.experiment].dataset}"


def prepared(*files):
    """Files of the experiment's prepared data set, those of them that the set has."""

    def paths(w):
        made = plan.prepared_files(plan.config[w.experiment].dataset)
        wanted = [f"{prepared_folder(w)}/{file}" for file in files]
        return [path for path in wanted if path in made]

    return paths


def cpu_threads(w):
    return plan.config[w.experiment].threads


def stop_after(w, resources):
    """`--stop-after SECONDS` if the job's time is limited: a margin before it for start and save.

    No identity param: Snakemake ignores changes of what depends on resources.
    """
    seconds = 60 * resources.get("runtime", 0)
    margin = 30 + min(0.05 * seconds, 600)
    return [f"--stop-after={seconds - margin:.0f}"] if seconds else []


def as_option(name, inputs):
    """`--name PATH` if there is such an input."""
    return [f"--{name}", inputs[name]] if name in inputs.keys() else []


def as_roles(inputs):
    """Inputs as `--input` wants them."""
    return [f"{role}={path}" for role, path in inputs.items()]


def previous_model(w):
    """The model of the experiment that this one continues, if it does."""
    earlier = plan.config[w.experiment].init_from
    path = f"results/{w.run}/{earlier}/seed-{w.seed}/last.safetensors"
    return {"previous": path} if earlier else {}


def comparison_inputs(w):
    """Prepared images that a score reads, and the classifier if it compares features."""
    splits = plan.compared_splits(w.experiment, w.score)
    inputs = {split: f"{prepared_folder(w)}/{split}.npy" for split in splits}
    if plan.classified(w.experiment):
        folder = f"results/{w.run}/{w.experiment}/classifier"
        inputs["classifier"] = f"{folder}/classifier.safetensors"
    return inputs


def figure_inputs(w):
    """What a figure is made of, by role."""
    folder = f"results/{w.run}/{w.experiment}/"
    return {
        role: folder + path
        for role, path in plan.figure_inputs(w.experiment, w.figure).items()
    }
