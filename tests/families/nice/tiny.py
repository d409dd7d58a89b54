"""Small flows for the properties that every family must have."""

_SPACE = {"name": "dequantised"}
_ML = {"name": "maximum_likelihood"}
_NETS = [{"layers": 2, "units": 5}] * 2
_MODEL = {"family": "nice", "couplings": _NETS, "irange": 0.3}

CASES = {
    "logistic": {
        "model": _MODEL,
        "model_space": _SPACE,
        "objective": _ML,
        "support": (-20, 21),  # beyond which a logistic density has nothing
    },
    "whitening": {
        "model": {
            "family": "nice",
            "couplings": [],
            "scaling": False,
            "prior": "gaussian",
            "whitening": "triangular",
        },
        "model_space": _SPACE,
        "objective": _ML,
    },
    "variational": {
        "model": _MODEL | {"variational": {"latent": 3, "layers": 1, "units": 6}},
        "model_space": _SPACE,
        "objective": _ML,
    },
}
CASES["whitened, Gaussian"] = CASES["logistic"] | {
    "first_phase": CASES["whitening"],
    "model": _MODEL | {"prior": "gaussian", "whitening": "triangular", "partition": "halves"},
}
