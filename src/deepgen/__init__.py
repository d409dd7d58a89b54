"""The papers of early deep generative modelling, rebuilt from one command.

Example, in a checkout after `make reproduce`:
    import deepgen
    model = deepgen.load_model("mnist-annealed")
    images = model.sample(16, seed=0)  # [16, 28, 28, 1], pixels in [0, 1]
    z = model.prior(2, seed=0)
    line = model.interpolate(z[:1], z[1:])  # [1, 9, 28, 28, 1]
"""


def __getattr__(name: str):
    """What is imported when it is asked for: the API brings torch."""
    if name in ("load_model", "model_names"):
        from deepgen import api

        return getattr(api, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("deepgen")
    raise AttributeError(f"module 'deepgen' has no attribute {name!r}")
