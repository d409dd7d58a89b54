"""Small mixtures for the properties that every family must have."""

_MODEL = {"family": "mixture", "components": 3}

CASES = {
    "EM": {"model": _MODEL, "model_space": {"name": "dequantised"}, "objective": {"name": "em"}},
    "maximum likelihood, AdaGrad": {
        "model": _MODEL,
        "model_space": {"name": "dequantised"},
        "objective": {"name": "maximum_likelihood"},
        "optimiser": {
            "name": "adagrad",
            "learning_rate": 0.05,
            "schedule": {"kind": "linear", "end_epoch": 4},
        },
        "selection": {"rule": "validation_likelihood", "every": 2},
    },
}
