"""The `theory` section as the configuration resolves it, and a training of a second."""

from deepgen.families.gan.settings import Adversarial, GanModel


def theory_settings(**changes) -> dict:
    """Small networks, few iterations; `changes` replace entries."""
    model = {
        "family": "gan",
        "noise": {"size": 1},
        "generator": [
            {"kind": "tanh", "units": 16, "irange": 2.0, "bias": 1.0},
            {"kind": "linear", "irange": 1.0, "bias": 0.5},
        ],
    }
    objective = {
        "name": "adversarial",
        "discriminator": {
            "layers": [{"kind": "tanh", "units": 16, "irange": 4.0, "bias": 2.0}],
            "output_irange": 0.05,
            "input_keep": 1.0,
            "hidden_keep": 1.0,
        },
        "generator_loss": "minimax",
        "updates": "alternating",
        "discriminator_steps": 5,
        "discriminator_scale": 1.0,
    }
    return {
        "seed": 1,
        "model": GanModel.model_validate(model).resolved(),
        "objective": Adversarial.model_validate(objective).resolved(),
        "batch_size": 200,
        "offset": 0.5,
        "iterations": {"before": 20, "a": 3, "b": 60, "c": 1, "d": 20},
        "generator_rate": 0.002,
        "discriminator_rate": 0.02,
        "beta1": 0.5,
        "final_rate": 0.1,
    } | changes
