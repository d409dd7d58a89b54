"""Typed, strict settings: every key of the configuration, its range, its default and its source.

`config/README.md` is generated from these classes (`python -m deepgen.config_docs`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(gt=0, le=1)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Reference = Literal["training-images", "kmeans", "gaussian"]
Score = Literal["parzen", "two_sample", "precision_recall", "mmd", "data_copying"]


def _each_once(items: list) -> list:
    for i, item in enumerate(items):
        if item in items[:i]:
            raise ValueError(f"must not repeat {item!r}")
    return items


def _one_line(text: str) -> str:
    if not text.isprintable() or set(text) & set("{}"):  # in which Snakemake sees a wildcard
        raise ValueError("must be one line without control characters, { and }")
    return text


EACH_ONCE = AfterValidator(_each_once)
Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]


class Settings(BaseModel):
    """Refuses unknown keys and wrong types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


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


class GanModel(Settings):
    """The generator of an adversarial net."""

    family: Literal["gan"] = Field(description="Module of `deepgen.models`.")
    space: Literal["pixels", "contrast-normalised"] = Field(
        "pixels",
        description="Coordinates of model and scores: pixels in [0, 1], or 55 (x - mean) / "
        "|x - mean| of every image, as released for CIFAR-10.",
    )
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


class AdversarialObjective(Settings):
    """The two-player game, by default as the released code plays it."""

    name: Literal["adversarial"] = Field(description="Module of `deepgen.objectives`.")
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


class Momentum(Settings):
    """Linear rise of the momentum over epochs."""

    initial: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="In epoch 1.")
    final: Annotated[float, Field(ge=0, lt=1)] = Field(0.7, description="From the last epoch on.")
    saturation_epoch: Count = Field(250, description="Epoch that first runs with `final`.")


class Optimiser(Settings):
    """Gradient descent with classical momentum and a learning rate that decays every update."""

    learning_rate: Positive = Field(0.1, description="At the first update.")
    decay_per_update: Annotated[float, Field(ge=1)] = Field(
        1.000004, description="The learning rate is divided by this after every update."
    )
    minimum_learning_rate: Positive = Field(1e-6, description="Floor of the learning rate.")
    momentum: Momentum = Momentum()


class SigmaGrid(Settings):
    """Bandwidths in equal steps of log sigma."""

    start: Positive = Field(0.1, description="Smallest sigma.")
    stop: Positive = Field(1.0, description="Largest sigma.")
    num: Count = Field(10, description="Number of sigmas, ends included.")

    @model_validator(mode="after")
    def _rises(self):
        if self.stop < self.start or (self.num > 1) != (self.stop > self.start):
            raise ValueError("a sigma grid needs start < stop, or start = stop with num: 1")
        return self


class ParzenSelection(Settings):
    """Keep the model with the best Parzen log-likelihood on validation images."""

    rule: Literal["validation_parzen"] = Field(description="Class in `deepgen.training.selection`.")
    every: Count = Field(5, description="Epochs between scores.")
    num_samples: Count = Field(10_000, description="Draws, always from the same noise.")
    sigma_examples: Count = Field(
        1000, description="First validation images, which choose sigma; the others give the score."
    )
    grid: SigmaGrid = SigmaGrid()
    patience: Count = Field(200, description="Stop after so many epochs without a gain.")
    min_gain: Annotated[float, Field(ge=0)] = Field(1.0, description="Nats that count as a gain.")


class LastSelection(Settings):
    """Keep the last model."""

    rule: Literal["last"] = Field(description="Class in `deepgen.training.selection`.")


class Previews(Settings):
    """Snapshots of samples from one fixed noise batch."""

    epochs: list[Count] = Field(
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1500],
        description="Epochs with a snapshot; epoch 0 always has one.",
    )
    draws: Count = Field(10, description="Samples in a snapshot.")


class Training(Settings):
    """Budget, batches, optimiser and selection."""

    epochs: Count = Field(description="Budget; a longer one continues a shorter one.")
    batch_size: Count = Field(100, description="Examples in a minibatch.")
    optimiser: Optimiser = Optimiser()
    selection: Annotated[ParzenSelection | LastSelection, Field(discriminator="rule")] = Field(
        ParzenSelection(rule="validation_parzen")
    )
    previews: Previews = Previews()


class Parzen(Settings):
    """The final Parzen score: two estimators on the same samples and images."""

    grid: SigmaGrid = Field(SigmaGrid(), description="`parzen, paper grid`.")
    fine_range: Annotated[list[Positive], Field(min_length=2, max_length=2)] = Field(
        [0.02, 2.0], description="`parzen, fine sigma`: interval that is searched."
    )
    fine_tolerance: Positive = Field(0.01, description="Relative precision of the fine sigma.")
    sigma_examples: Count = Field(1000, description="First validation images, which choose sigma.")

    @model_validator(mode="after")
    def _range_rises(self):
        if self.fine_range[0] >= self.fine_range[1]:
            raise ValueError("fine_range must be [low, high] with low < high")
        return self


class Comparison(Settings):
    """The scores that compare samples with images instead of fitting a density."""

    seed: Seed = Field(1, description="Of the chosen images, the classifier and the cells.")
    num_samples: Count = Field(10_000, description="Samples, and test images, at most.")
    neighbours: Count = Field(5, description="k of precision, recall, density and coverage.")
    cells: Count = Field(10, description="Cells of the data-copying test.")
    held_out: Literal["test", "valid"] = Field(
        "test", description="Split that the data-copying test compares samples with."
    )


class Classifier(Settings):
    """The small convolutional classifier whose features the comparing scores use."""

    epochs: Count = Field(3, description="Passes over the training set.")
    batch_size: Count = Field(128, description="Examples in a minibatch.")
    learning_rate: Positive = Field(0.001, description="Of Adam.")
    seed: Seed = Field(1, description="Of initialisation and order.")


class Interpolation(Settings):
    """Figure 3: lines in z space."""

    seed: Seed = Field(0, description="Of the end points.")
    rows: Count = Field(2, description="Lines.")
    steps: Annotated[int, Field(ge=2)] = Field(9, description="Images on a line, ends included.")


class References(Settings):
    """Rows that calibrate the reader: what would a trivial model score?"""

    names: Annotated[list[Reference], EACH_ONCE] = Field(
        ["training-images", "kmeans", "gaussian"], description="Rows of Table 1."
    )
    num_samples: Count = Field(10_000, description="Images or draws; k-means has one a centroid.")
    kmeans_centroids: Count = Field(10_000, description="Centroids of k-means.")
    kmeans_iterations: Count = Field(20, description="Lloyd iterations at most.")
    seed: Seed = Field(1, description="Of the chosen images, the start of k-means and the draws.")


class Experiment(Settings):
    """One file of `config/experiments/`: one model on one data set."""

    dataset: Name = Field(description="Entry of `deepgen.data.registry`.")
    init_from: Name | None = Field(
        None,
        description="Experiment whose last model of the same seed becomes the last layers of this "
        "one; it is trained, not scored.",
    )
    title: Text = Field(description="Name of the model in tables and captions.")
    seeds: Annotated[list[Seed], Field(min_length=1), EACH_ONCE] = Field(
        [1], description="Independent trainings; the first gives the figures."
    )
    threads: Annotated[int, Field(gt=0, le=1024)] = Field(
        1, description="CPU threads of a job; part of the result's identity."
    )
    model: GanModel
    objective: AdversarialObjective
    training: Training
    num_samples: Count = Field(10_000, description="Samples that are scored.")
    parzen: Parzen = Parzen()
    interpolation: Interpolation = Interpolation()
    references: References = References()
    comparison: Comparison = Comparison()
    classifier: Classifier = Classifier()
    scores: Annotated[list[Score], Field(min_length=1), EACH_ONCE] = Field(
        ["parzen", "two_sample", "precision_recall", "mmd", "data_copying"],
        description="Modules of `deepgen.evaluation`.",
    )
    figures: Annotated[list[Name], EACH_ONCE] = Field(
        ["figure2a", "figure3", "sigma_curve", "training_curves", "previews"],
        description="Figures of the report, each a module of `deepgen.figures`.",
    )


class TheoryIterations(Settings):
    """Lengths of the phases of Figure 1, each iteration with k updates of D to one of G."""

    before: Count = Field(4000, description="Algorithm 1 on data moved by `offset`.")
    a: Count = Field(8, description="D alone on the data, up to panel (a).")
    b: Count = Field(1500, description="D alone, up to panel (b).")
    c: Count = Field(1, description="G alone, up to panel (c).")
    d: Count = Field(3000, description="Algorithm 1, up to panel (d).")


class Theory(Settings):
    """Figure 1 and the paper's section 4: one pair of small networks with one-dimensional x.

    With seed 1 the pair ends close to the data; other seeds may begin with a G that folds, and then
    it ends further away. The figure's caption says how far.
    """

    seed: Seed = Field(1, description="Of weights, data and noise.")
    model: GanModel = Field(
        GanModel(
            family="gan",
            noise=Noise(size=1),
            generator=[
                DenseLayer(kind="sigmoid", units=32, irange=6.0, bias=-4.5),
                DenseLayer(kind="linear", irange=0.9, bias=0.5),
            ],
        ),
        description="G; noise must be uniform with size: 1, and space is not used.",
    )
    objective: AdversarialObjective = Field(
        AdversarialObjective(
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
        0.5, description="How far to the right of the data those lie that the pair learns first."
    )
    iterations: TheoryIterations = TheoryIterations()
    generator_rate: Positive = Field(0.5, description="Learning rate of G before panel (a).")
    late_generator_rate: Positive = Field(0.3, description="Learning rate of G after panel (b).")
    generator_momentum: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="Of G.")
    discriminator_rate: Positive = Field(0.6, description="Learning rate of D.")
    discriminator_momentum: Annotated[float, Field(ge=0, lt=1)] = Field(0.85, description="Of D.")
    final_rate: Probability = Field(
        0.03, description="In long phases learning rates fall exponentially to this fraction."
    )

    @model_validator(mode="after")
    def _one_dimension(self):
        if self.model.noise != Noise(size=1):
            raise ValueError("Figure 1 needs noise: {size: 1, distribution: uniform}")
        if self.objective.updates != "alternating":
            raise ValueError("Figure 1 needs updates: alternating")
        return self


class TfdSettings(Settings):
    """The Toronto Face Database, which its authors give on request."""

    file: Text | None = Field(
        None, description="Path of `TFD_48x48.mat`; without it the experiment is left out."
    )


class DataSettings(Settings):
    """Where data come from."""

    mirror: Text | None = Field(
        None,
        description="Folder or base URL that is asked first: `<mirror>/<dataset>/<file>`. The "
        "environment variable DEEPGEN_MIRROR wins over it.",
    )
    tfd: TfdSettings = TfdSettings()


class Run(Settings):
    """A run file: what one `snakemake` builds, complete in itself."""

    run: Name = Field(description="Name of the run; its results lie in `results/<run>/`.")
    experiments: Annotated[list[Name], Field(min_length=1), EACH_ONCE] = Field(
        description="Files of `config/experiments/`, in the report's order."
    )
    overrides: dict[Name, dict] = Field(
        {}, description="Settings of an experiment that differ in this run, by experiment."
    )
    data: DataSettings = DataSettings()
    theory: Theory = Theory()
    store_dir: Text = Field("store", description="Folder of the store; may be scratch space.")
    ledger: bool = Field(
        True, description="Whether DVC records what is finished, if dvc.yaml describes this run."
    )
