"""Settings of the paper's own parts: Figure 1 and the theory."""

from pydantic import Field, model_validator

from deepgen.families.gan.settings import (
    Adversarial,
    DenseLayer,
    DiscriminatorNet,
    GanModel,
    Noise,
)
from deepgen.typed import Count, Fraction, Positive, Probability, Seed, Settings


class TheoryIterations(Settings):
    """Lengths of the phases of Figure 1, each iteration with k updates of D to one of G."""

    before: Count = Field(800, description="Algorithm 1 on data moved by `offset`.")
    a: Count = Field(8, description="D alone on the data, up to panel (a).")
    b: Count = Field(500, description="D alone, up to panel (b).")
    c: Count = Field(1, description="G alone, up to panel (c).")
    d: Count = Field(4000, description="Algorithm 1, up to panel (d).")


class Theory(Settings):
    """Figure 1 and the paper's section 4: one pair of small networks with one-dimensional x.

    A G of few units is smooth. With seed 24 it rises from the beginning and ends close to the data;
    other seeds may begin with a G that folds or falls, and may end further away. The figure's
    caption says how far.
    """

    seed: Seed = Field(24, description="Of weights, data and noise.")
    model: GanModel = Field(
        GanModel(
            family="gan",
            noise=Noise(size=1),
            generator=[
                DenseLayer(kind="tanh", units=12, irange=2.0, bias=1.0),
                DenseLayer(kind="tanh", units=12, irange=0.8),
                DenseLayer(kind="linear", irange=0.5),
            ],
        ),
        description="G; noise must be uniform with size: 1.",
    )
    objective: Adversarial = Field(
        Adversarial(
            name="adversarial",
            discriminator=DiscriminatorNet(
                layers=[DenseLayer(kind="tanh", units=32, irange=4.0, bias=2.0)],
                output_irange=0.05,
                input_keep=1.0,
                hidden_keep=1.0,
            ),
            generator_loss="minimax",
            updates="alternating",
            discriminator_steps=5,
            discriminator_scale=1.0,
        ),
        description="D and the game: equation 1 and Algorithm 1 as printed; keep `updates: "
        "alternating`, because phases train one network alone.",
    )
    batch_size: Count = Field(500, description="m of Algorithm 1.")
    offset: float = Field(
        0.4, description="How far to the right of the data those lie that the pair learns first."
    )
    iterations: TheoryIterations = TheoryIterations()
    generator_rate: Positive = Field(0.001, description="Learning rate of G, by Adam.")
    discriminator_rate: Positive = Field(0.01, description="Learning rate of D, by Adam.")
    beta1: Fraction = Field(0.5, description="Of Adam.")
    final_rate: Probability = Field(
        0.02, description="In long phases learning rates fall exponentially to this fraction."
    )

    @model_validator(mode="after")
    def _one_dimension(self):
        if self.model.noise != Noise(size=1):
            raise ValueError("Figure 1 needs noise: {size: 1, distribution: uniform}")
        if self.objective.updates != "alternating":
            raise ValueError("Figure 1 needs updates: alternating")
        return self


class Gan2014(Settings):
    """What *Generative Adversarial Nets* has beside its experiments."""

    theory: Theory = Theory()
