"""Small autoencoders for the properties that every family must have."""

_MODEL = {"family": "cae", "hidden": [6]}
_CHAINS = {"chains": 3, "burn_in": 4, "thinning": 2}
_OBJECTIVE = {"name": "contractive"}

CASES = {
    "one layer": {
        "model": _MODEL,
        "sampler": _CHAINS,
        "objective": _OBJECTIVE,
    },
    "stacked": {
        "model": _MODEL | {"hidden": [6, 5], "hidden_bias": -0.5},
        "sampler": _CHAINS | {"output": "draws"},
        "objective": _OBJECTIVE | {"contraction": 0.3},
        "optimiser": {"name": "adam", "learning_rate": 0.01},
    },
    "on through pixels": {
        "model": _MODEL | {"hidden": [6, 5]},
        "model_space": {"name": "binarised"},
        "sampler": _CHAINS | {"state": "pixels", "step": 2.0},
        "objective": _OBJECTIVE | {"contraction": 0.0},
    },
}
