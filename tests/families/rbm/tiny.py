"""Small machines for the properties that every family must have."""

_MODEL = {"family": "rbm", "hidden": 6, "weight_scale": 0.1}
_SPACE = {"name": "binarised"}
_CHAINS = {"chains": 3, "burn_in": 4, "thinning": 2}
_CD = {"name": "contrastive_divergence"}

CASES = {
    "CD": {
        "model": _MODEL,
        "model_space": _SPACE,
        "sampler": _CHAINS,
        "objective": _CD | {"steps": 2},
    },
    "persistent chains": {
        "model": _MODEL,
        "model_space": _SPACE | {"how": "threshold"},
        "sampler": _CHAINS,
        "objective": _CD | {"chains": 20},
    },
    "centred": {
        "model": _MODEL,
        "model_space": {"name": "pixels"},
        "sampler": _CHAINS,
        "objective": _CD | {"chains": 20, "centred": True},
        "optimiser": {"name": "adam", "learning_rate": 0.01},
    },
    "Gaussian": {
        "model": _MODEL | {"visible": "gaussian"},
        "model_space": {"name": "standardised"},
        "sampler": _CHAINS,
        "objective": _CD,
        "optimiser": {"name": "momentum", "learning_rate": 0.001},
    },
}
