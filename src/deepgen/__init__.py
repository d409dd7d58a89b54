"""The papers of early deep generative modelling, rebuilt from one command.

Example, after `make reproduce`:
    import deepgen
    model = deepgen.load_model("results/quick/mnist-annealed/seed-1/selected.safetensors")
    images = model.sample(16, seed=0)  # [16, 28, 28, 1], pixels in [0, 1]
"""


def __getattr__(name: str):
    """`deepgen.load_model`, imported when it is asked for, because it brings torch."""
    if name == "load_model":
        from deepgen.api import load_model

        return load_model
    raise AttributeError(f"module 'deepgen' has no attribute {name!r}")
