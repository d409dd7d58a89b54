# Functions of wildcards that the rules share.


def settings(stage, name=""):
    """The first of a rule's two identity params: its slice of the settings."""
    return plan.for_wildcards(plan.settings, stage, name)


def code(stage, name=""):
    """The second: fingerprints of the code that it can reach."""
    return plan.for_wildcards(plan.code, stage, name)


def prepared_folder(w):
    return f"data/prepared/{plan.config[w.experiment].dataset_name}"


def prepared(*files):
    """Files of the experiment's prepared data set, those of them that the set has."""

    def paths(w):
        made = plan.prepared_files(plan.config[w.experiment].dataset_name)
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
    """`--name PATH ...` if there is such an input."""
    given = inputs.get(name, [])
    paths = [given] if isinstance(given, str) else list(given)
    return [f"--{name.replace('_', '-')}", *paths] if paths else []


def as_features(inputs):
    """`--features FOLDER` if the features of images are among the inputs."""
    files = inputs.get("features", [])
    return ["--features", str(Path(files[0]).parent)] if files else []


def as_data(w, inputs):
    """`--data FOLDER` if there are prepared images among the inputs."""
    used = any(path.startswith(f"{prepared_folder(w)}/") for path in inputs)
    return ["--data", prepared_folder(w)] if used else []


def as_roles(inputs):
    """Inputs as `--input` wants them."""
    return [f"{role}={path}" for role, path in inputs.items()]


def first_phase(w):
    """The model of the experiment that this one continues, if it does."""
    first = plan.config[w.experiment].init_from
    path = f"results/{w.run}/{first}/seed-{w.seed}/last.safetensors"
    return {"first_phase": path} if first else {}


def sigma_files(w):
    """The chosen sigma of every fold, for a score that needs one."""
    folder = f"results/{w.run}/{w.experiment}/{w.source}"
    folds = plan.sigma_folds(w.experiment, w.score)
    return [f"{folder}/{fold}sigma.json" for fold in folds]


def score_inputs(w):
    """Prepared images that a score reads, and the classifier's files if it compares features."""
    files = plan.score_files(w.experiment, w.score)
    inputs = {
        "_".join(Path(split).parts): f"{prepared_folder(w)}/{file}"
        for split, file in files.items()
    }
    if plan.classified(w.experiment, w.score):
        folder = f"results/{w.run}/{w.experiment}/classifier"
        inputs["features"] = [
            f"{folder}/classifier.safetensors",
            *(
                f"{folder}/{s}_features.npy"
                for s in files
                if not SCORES[w.score].quantised
            ),
        ]
    return inputs


def study_images(spec):
    """Prepared images that a study reads."""
    return prepared(*(f"{split}.npy" for split in spec.reads))


def study_start(spec):
    """The model or samples that a study starts from."""
    folder = "results/{run}/{experiment}/seed-{seed}/{checkpoint}"
    path = {"model": f"{folder}.safetensors", "samples": f"{folder}/samples.npy"}[
        spec.of
    ]

    def start(w):
        return {spec.of: path.format(**w)}

    return start


def figure_inputs(w):
    """What a figure is made of, by role."""
    folder = f"results/{w.run}/{w.experiment}/"
    return {
        role: folder + path
        for role, path in plan.figure_inputs(w.experiment, w.figure).items()
    }
