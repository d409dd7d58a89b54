"""Settings of adversarial nets: generator, discriminator and the game."""

from math import log
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from deepgen.families.settings import ModelSettings, ObjectiveSettings
from deepgen.typed import Count, Positive, Probability, Settings


class Noise(Settings):
    """The prior p_z."""

    size: Count = Field(100, description="Dimensions of z.")
    distribution: Literal["uniform", "gaussian"] = Field(
        "uniform",
        description="`uniform` on (-sqrt 3, sqrt 3), as released for MNIST, or `gaussian`; both "
        "have unit variance.",
    )


class DenseLayer(Settings):
    """A fully connected layer."""

    kind: Literal["relu", "sigmoid", "tanh", "linear"] = Field(description="Activation.")
    units: Count | None = Field(
        None, description="Outputs; left out for a generator's last layer, which has one a pixel."
    )
    irange: Positive = Field(0.05, description="Weights start uniform on (-irange, irange).")
    bias: float | Literal["marginals"] = Field(
        0.0,
        description="Initial bias; `marginals`, for a last layer only: logit of each pixel's mean.",
    )
    sparse: Count | None = Field(
        None,
        description="Start with so many standard Gaussian weights a unit and the others zero, "
        "instead of irange (pylearn2 `sparse_init`).",
    )
    max_col_norm: Positive | None = Field(
        None, description="Largest norm of the weights into one unit, kept after every update."
    )


class DeconvLayer(Settings):
    """A transposed convolution to the image, with a bias for each of its values."""

    kind: Literal["deconv"] = Field(description="A generator's last layer.")
    channels: Count = Field(description="Maps that the units of the layer before it form.")
    size: Count = Field(description="Side of a map.")
    kernel: Count = Field(5, description="Side of the square kernel.")
    stride: Count = Field(3, description="Step of the kernel on the image.")
    irange: Positive = Field(0.05, description="Weights start uniform on (-irange, irange).")


class ConvMaxoutLayer(Settings):
    """Convolution, maxout over its channels, spatial max pooling (pylearn2 `MaxoutConvC01B`)."""

    kind: Literal["conv_maxout"] = Field(description="Before every other kind of layer.")
    channels: Count = Field(description="Output maps.")
    pieces: Count = Field(2, description="Linear pieces a map.")
    kernel: Count = Field(description="Side of the square kernel.")
    padding: Annotated[int, Field(ge=0)] = Field(0, description="Zeros added at every border.")
    pool: Count = Field(description="Side of the square pooling window.")
    pool_stride: Count = Field(2, description="Step of the pooling window.")
    irange: Positive = Field(0.005, description="Weights start uniform on (-irange, irange).")

    @model_validator(mode="after")
    def _windows_leave_no_gaps(self):
        if self.pool_stride > self.pool:
            raise ValueError("pool_stride must be at most pool")
        return self


class MaxoutLayer(Settings):
    """A maxout layer (Goodfellow et al. 2013)."""

    kind: Literal["maxout"] = Field(description="Maximum over consecutive linear pieces.")
    units: Count = Field(description="Outputs.")
    pieces: Count = Field(5, description="Linear pieces a unit.")
    irange: Positive = Field(0.005, description="Weights start uniform on (-irange, irange).")
    max_col_norm: Positive | None = Field(
        None, description="Largest norm of the weights into one linear piece."
    )


class GanModel(ModelSettings):
    """The generator of an adversarial net."""

    CAN: ClassVar = frozenset({"prior", "decode", "continue"})
    KINDS: ClassVar = ("adversarial",)

    family: Literal["gan"] = Field(description="Folder of `deepgen.families`.")
    noise: Noise = Noise()
    generator: Annotated[
        list[Annotated[DenseLayer | DeconvLayer, Field(discriminator="kind")]], Field(min_length=1)
    ] = Field(description="Layers from z to the image.")

    @model_validator(mode="after")
    def _only_the_last_layer_is_an_image(self):
        *hidden, last = self.generator
        if any(layer.kind == "deconv" for layer in hidden):
            raise ValueError("kind: deconv is for the last layer of generator")
        if any(layer.units is None for layer in hidden) or getattr(last, "units", None) is not None:
            raise ValueError("every layer of generator but the last needs units, the last has none")
        if any(layer.bias == "marginals" for layer in hidden) or (
            last.kind not in ("sigmoid", "deconv") and last.bias == "marginals"
        ):
            raise ValueError("bias: marginals is for a last layer of kind: sigmoid")
        if last.kind == "deconv":
            maps = last.channels * last.size**2
            if not hidden or hidden[-1].units != maps:
                raise ValueError(
                    f"the layer before deconv needs units: {maps}, channels times size squared"
                )
        _check_sparse(self.generator, self.noise.size)
        return self

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """A deconv layer must make images of this size."""
        last = self.generator[-1]
        if last.kind != "deconv":
            return
        side = last.stride * (last.size - 1) + last.kernel
        if shape[:2] != (side, side):
            raise ValueError(
                f"model.generator[{len(self.generator) - 1}] makes images of {side} x {side}, but "
                f"the data set has {shape[0]} x {shape[1]}: change size, stride or kernel"
            )

    def check_first_phase(self, first_phase: ModelSettings) -> None:
        """Its layers must be the last ones of this generator."""
        ours, theirs = (
            [(layer.kind, getattr(layer, "units", None)) for layer in model.generator]
            for model in (self, first_phase)
        )
        if ours[-len(theirs) :] != theirs:
            raise ValueError("has layers that are not the last layers of this generator")


def _check_sparse(layers: list, inputs: int | None) -> None:
    for layer in layers:
        sparse = getattr(layer, "sparse", None)
        if sparse is not None and inputs is not None and sparse > inputs:
            raise ValueError(f"sparse is {sparse}, more than the {inputs} inputs of the layer")
        inputs = getattr(layer, "units", None)


class DiscriminatorNet(Settings):
    """The discriminator: `layers`, then one sigmoid unit."""

    layers: list[
        Annotated[DenseLayer | MaxoutLayer | ConvMaxoutLayer, Field(discriminator="kind")]
    ] = Field(description="Hidden layers, from the image on.")
    output_irange: Positive = Field(0.005, description="Initial range of the sigmoid unit.")
    output_max_col_norm: Positive | None = Field(
        None, description="Largest norm of the weights into the sigmoid unit."
    )
    input_keep: Probability = Field(0.8, description="Dropout: probability to keep an input.")
    hidden_keep: Probability = Field(0.5, description="The same for hidden units.")

    @model_validator(mode="after")
    def _hidden_layers_have_units(self):
        kinds = [layer.kind == "conv_maxout" for layer in self.layers]
        if kinds != sorted(kinds, reverse=True):
            raise ValueError("layers of kind: conv_maxout come before all others")
        dense = [layer for layer in self.layers if layer.kind != "conv_maxout"]
        if any(layer.units is None or layer.__dict__.get("bias") == "marginals" for layer in dense):
            raise ValueError("every layer of discriminator needs units, and a number as bias")
        _check_sparse(dense, None)
        return self


class Adversarial(ObjectiveSettings):
    """The two-player game, by default as the released code plays it."""

    OPTIMISER: ClassVar = {"name": "momentum"}  # as released
    LOSSES: ClassVar = {"objective": "D", "model": "G"}

    name: Literal["adversarial"] = Field(description="Trains the family `gan`.")
    discriminator: DiscriminatorNet
    generator_loss: Literal["non_saturating", "minimax"] = Field(
        "non_saturating", description="-log D(G(z)) as released, or log(1 - D(G(z))), equation 1."
    )
    updates: Literal["simultaneous", "alternating"] = Field(
        "simultaneous",
        description="Both networks from one minibatch and one pass of D, as released, or Algorithm "
        "1 as printed.",
    )
    discriminator_steps: Count = Field(
        1, description="k of Algorithm 1; more than 1 only with `updates: alternating`."
    )
    discriminator_scale: Positive = Field(
        0.5, description="Factor of D's loss: 0.5 as released, 1 as in equation 1."
    )

    @model_validator(mode="after")
    def _simultaneous_is_one_step(self):
        if self.updates == "simultaneous" and self.discriminator_steps != 1:
            raise ValueError("discriminator_steps above 1 needs updates: alternating")
        return self

    def at_the_end(self) -> dict[str, tuple[str, float]]:
        """D = 1/2 everywhere (section 4): no side can tell data from samples."""
        factor = 2 * self.discriminator_scale
        d_loss = ("ln 2" if factor == 1 else f"{factor:g} ln 2", factor * log(2))
        g_loss = ("ln 2", log(2)) if self.generator_loss == "non_saturating" else ("−ln 2", -log(2))
        half = ("1/2", 0.5)
        return {"loss_objective": d_loss, "loss_model": g_loss, "d_real": half, "d_fake": half}

    def check(self, shape: tuple[int, int, int], images: int | None) -> None:
        """Pooling windows must fit into the maps."""
        sides = list(shape[:2])
        for i, layer in enumerate(self.discriminator.layers):
            if layer.kind != "conv_maxout":
                return
            sides = [side + 2 * layer.padding - layer.kernel + 1 for side in sides]
            if layer.pool > min(sides):
                raise ValueError(
                    f"objective.discriminator.layers[{i}] has maps of {sides[0]} x {sides[1]} and "
                    f"pool: {layer.pool}: lower kernel or pool, or raise padding"
                )
            sides = [-(-(side - layer.pool) // layer.pool_stride) + 1 for side in sides]


GanModel.OBJECTIVES = (Adversarial,)
Model = GanModel
