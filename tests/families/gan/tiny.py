"""Small adversarial nets for the properties that every family must have."""

CASES = {
    "adversarial": {
        "model": {
            "family": "gan",
            "noise": {"size": 8},
            "generator": [{"kind": "relu", "units": 16}, {"kind": "sigmoid", "bias": "marginals"}],
        },
        "objective": {
            "name": "adversarial",
            "discriminator": {"layers": [{"kind": "maxout", "units": 8, "irange": 0.1}]},
        },
    },
    "alternating, Adam and RMSprop": {
        "model": {
            "family": "gan",
            "noise": {"size": 8, "distribution": "gaussian"},
            "generator": [{"kind": "tanh", "units": 16}, {"kind": "sigmoid"}],
        },
        "objective": {
            "name": "adversarial",
            "updates": "alternating",
            "discriminator_steps": 2,
            "discriminator": {"layers": [{"kind": "relu", "units": 8, "irange": 0.1}]},
        },
        "optimiser": {
            "model": {"name": "adam", "max_gradient_norm": 1.0},
            "objective": {"name": "rmsprop", "weight_decay": 0.01},
        },
    },
}
