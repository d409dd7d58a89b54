"""Small networks for the properties that every family must have."""

_MODEL = {"family": "gsn", "hidden": [8, 6]}
_CHAIN = {"burn_in": 2}

CASES = {
    "two layers": {"model": _MODEL, "objective": {"name": "walkback"}, "sampler": _CHAIN},
    "one layer, two chains of draws": {
        "model": _MODEL | {"hidden": [8], "input_sampling": False},
        "model_space": {"name": "binarised"},
        "objective": {"name": "walkback", "steps": 1},
        "sampler": {"chains": 2, "burn_in": 0, "thinning": 3, "output": "draws"},
    },
    "three layers": {
        "model": _MODEL | {"hidden": [8, 6, 4]},
        "objective": {"name": "walkback"},
        "sampler": _CHAIN,
    },
}
