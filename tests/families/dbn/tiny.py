"""Small networks for the properties that every family must have."""

from tests.families.rbm.tiny import CASES as MACHINES

_MODEL = {"family": "dbn", "hidden": [6, 5], "weight_scale": 0.1}
_CHAINS = {"chains": 3, "burn_in": 4, "thinning": 2}
_CD = {"name": "greedy_contrastive_divergence"}

CASES = {
    "means": {
        "first_phase": MACHINES["persistent chains"],
        "model": _MODEL,
        "model_space": MACHINES["persistent chains"]["model_space"],
        "sampler": _CHAINS,
        "objective": _CD,
    },
    "draws, persistent chains": {
        "first_phase": MACHINES["CD"],
        "model": _MODEL,
        "model_space": MACHINES["CD"]["model_space"],
        "sampler": _CHAINS | {"output": "draws"},
        "objective": _CD | {"input": "draws", "chains": 20, "centred": True},
    },
    "Gaussian": {
        "first_phase": MACHINES["Gaussian"],
        "model": _MODEL | {"visible": "gaussian"},
        "model_space": MACHINES["Gaussian"]["model_space"],
        "sampler": _CHAINS,
        "objective": _CD,
    },
}
CASES["three layers"] = CASES["means"] | {
    "first_phase": CASES["means"],
    "model": _MODEL | {"hidden": [6, 5, 4]},
}
