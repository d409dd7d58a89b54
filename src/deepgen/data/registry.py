"""The data sets: where their files are, how they must look, how they are split.

A new set in a known format is one more entry of `DATASETS`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLD_SPLITS = ("valid", "test")


class Entry(BaseModel):
    """A part of the registry: complete, without other keys, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class File(Entry):
    """One file of a data set.

    `name` is that of the decompressed content, which `sha256` identifies, so that a mirror may
    compress it anew. `sources` are URLs in order of preference, each of which may end in `.gz`;
    none where the file is a member of the set's archive.
    """

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sources: tuple[str, ...] = ()


class Variant(Entry):
    """A file that can stand for another: `name` on a mirror, `digest` as it is, URLs."""

    name: str
    digest: str = Field(pattern="^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$")
    sources: tuple[str, ...] = ()


class VariantFile(Entry):
    """A file of which there are several, in order of preference; the parser knows all."""

    name: str
    variants: tuple[Variant, ...]


class OwnFile(Entry):
    """A file that a user must ask for; `md5` is second-hand knowledge and never required."""

    name: str
    md5: str = Field(pattern="^[0-9a-f]{32}$")


class Archive(Entry):
    """A `.tar.gz` that has all files of a set in its folder `folder`."""

    name: str
    folder: str
    sources: tuple[str, ...]


class Split(Entry):
    """Rows start..stop of the part `part` of the raw data."""

    part: str
    start: int
    stop: int


class PeopleSplit(Entry):
    """`deepgen.data.splits.split_people`, for a set that must have so many images and people."""

    rule: Literal["people"] = "people"
    images: int
    people: int
    seed: int
    train_share: float
    always_train_above: int
    held_out: int


class GivenSplit(Entry):
    """The split that the set itself gives: train on what is unlabelled, test on its folds."""

    rule: Literal["given"] = "given"


Splits = dict[str, Split] | PeopleSplit | GivenSplit


class Dataset(Entry):
    """One data set.

    `parts` gives the parser its files: {part: {role: file name, or several}}, where the role
    `labels` or `records` (images and labels in one) means that there are labels. `shape` is height,
    width and channels of an image; `folds` the number of folds, or 0; `sizes` the number of images
    of the splits where it is known, such as {"train": 50000, "fold-1/valid": 265}; `how_to_get` a
    sentence about a set that must be asked for; `grey_as_probability` whether grey values may be
    read as probabilities of white, so that images have a likelihood as drawn bits.
    """

    title: str
    licence: str
    citation: str
    homepage: str = ""
    how_to_get: str = ""
    files: tuple[File | VariantFile | OwnFile, ...]
    archive: Archive | None = None
    parser: str
    parts: dict[str, dict[str, str | tuple[str, ...]]]
    splits: Splits
    folds: int = 0
    sizes: dict[str, int] = {}
    shape: tuple[int, int, int]
    grey_as_probability: bool = False

    def fetch_settings(self, name: str, own_file: str | None = None) -> dict[str, Any]:
        """What the stage `fetch` depends on.

        Args:
            name: Of the data set.
            own_file: Where the user has the file of a set that must be asked for.
        """
        own = {"path": own_file or "", "how_to_get": self.how_to_get}
        files = [
            file.model_dump(mode="json") | (own if isinstance(file, OwnFile) else {})
            for file in self.files
        ]
        settings = {"dataset": name, "files": files}
        if self.archive:
            settings["archive"] = self.archive.model_dump(mode="json")
        return settings

    @property
    def training_images(self) -> int | None:
        """Their number, where it is known before any file is there."""
        own = self.splits.get("train") if isinstance(self.splits, dict) else None
        return self.sizes.get("train", own and own.stop - own.start)

    def prepare_settings(self) -> dict[str, Any]:
        """What the stage `prepare` depends on."""
        keys = {"parser", "parts", "splits", "folds", "sizes"}
        return self.model_dump(mode="json", include=keys)


def raw_names(settings: dict[str, Any]) -> list[str]:
    """Files that the stage `fetch` makes under `fetch_settings`."""
    return [file["name"] for file in settings["files"]]


def raw_inputs(settings: dict[str, Any]) -> list[str]:
    """Raw files that the stage `prepare` reads under `prepare_settings`, each once."""
    values = [value for files in settings["parts"].values() for value in files.values()]
    names = [[value] if isinstance(value, str) else value for value in values]
    return list(dict.fromkeys(name for group in names for name in group))


def prepared_names(settings: dict[str, Any]) -> list[str]:
    """Files that the stage `prepare` makes under `prepare_settings`."""
    names = ["meta.json"]
    splits = settings["splits"]
    for split in ("train", "valid", "test") if "rule" in splits else splits:
        names.append(f"{split}.npy")
        if "rule" not in splits and _labelled(settings["parts"][splits[split]["part"]]):
            names.append(f"{split}_labels.npy")
    for k in range(1, settings.get("folds", 0) + 1):
        names += [f"fold-{k}/{split}.npy" for split in FOLD_SPLITS]
    return names


def _labelled(files: dict[str, Any]) -> bool:
    return "labels" in files or "records" in files


_MNIST_URLS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

# SHA-256 of the content of each file
_MNIST = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_CIFAR10 = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}

# MD5 of each file, as torchvision has it
_SVHN = {
    "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
    "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
}

DATASETS: dict[str, Dataset] = {
    "mnist": Dataset(
        title="MNIST",
        licence="CC BY-SA 3.0",
        citation="LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document "
        "recognition, Proceedings of the IEEE, 1998",
        homepage="http://yann.lecun.com/exdb/mnist/",
        files=tuple(
            File(name=name, sha256=digest, sources=tuple(f"{url}{name}.gz" for url in _MNIST_URLS))
            for name, digest in _MNIST.items()
        ),
        parser="idx",
        parts={
            "train": {"images": "train-images-idx3-ubyte", "labels": "train-labels-idx1-ubyte"},
            "test": {"images": "t10k-images-idx3-ubyte", "labels": "t10k-labels-idx1-ubyte"},
        },
        splits={
            "train": Split(part="train", start=0, stop=50_000),
            "valid": Split(part="train", start=50_000, stop=60_000),
            "test": Split(part="test", start=0, stop=10_000),
        },
        sizes={"train": 50_000, "valid": 10_000, "test": 10_000},
        shape=(28, 28, 1),
        grey_as_probability=True,
    ),
    "cifar10": Dataset(
        title="CIFAR-10",
        licence="none stated; its author asks for the citation",
        citation="Krizhevsky, Learning multiple layers of features from tiny images, technical "
        "report, University of Toronto, 2009",
        homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
        files=tuple(File(name=name, sha256=digest) for name, digest in _CIFAR10.items()),
        archive=Archive(
            name="cifar-10-binary.tar.gz",
            folder="cifar-10-batches-bin",
            sources=("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
        ),
        parser="cifar",
        parts={
            "train": {"records": tuple(f"data_batch_{i}.bin" for i in range(1, 6))},
            "test": {"records": ("test_batch.bin",)},
        },
        splits={
            "train": Split(part="train", start=0, stop=40_000),
            "valid": Split(part="train", start=40_000, stop=50_000),
            "test": Split(part="test", start=0, stop=10_000),
        },
        sizes={"train": 40_000, "valid": 10_000, "test": 10_000},
        shape=(32, 32, 3),
    ),
    "lfw": Dataset(
        title="LFW faces",
        licence="none stated; photographs from the news, for research",
        citation="Huang, Ramesh, Berg and Learned-Miller, Labeled Faces in the Wild, technical "
        "report, University of Massachusetts, 2007; deep-funneled: Huang, Mattar, Lee and "
        "Learned-Miller, Learning to align from scratch, NIPS 2012",
        homepage="http://vis-www.cs.umass.edu/lfw/",
        files=(
            VariantFile(
                name="lfw-deepfunneled",
                variants=(
                    Variant(
                        name="lfw-deepfunneled-48x48.npz",
                        digest="sha256:"
                        "f18f661871b03157e8e8af2b42a45dbff9935a8059303e7c49c073c7300f40c6",
                    ),
                    Variant(
                        name="lfw-deepfunneled.tgz",
                        digest="md5:68331da3eb755a505a502b5aacb3c201",
                        sources=("http://vis-www.cs.umass.edu/lfw/lfw-deepfunneled.tgz",),
                    ),
                ),
            ),
        ),
        parser="lfw",
        parts={"all": {"images": "lfw-deepfunneled"}},
        splits=PeopleSplit(
            images=13_233,
            people=5_749,
            seed=2014,
            train_share=0.8,
            always_train_above=50,
            held_out=1_000,
        ),
        folds=5,
        sizes={
            "train": 9_590,
            "valid": 1_000,
            "test": 2_643,
            "fold-1/valid": 265,
            "fold-1/test": 530,
            "fold-2/valid": 264,
            "fold-2/test": 529,
            "fold-3/valid": 264,
            "fold-3/test": 528,
            "fold-4/valid": 264,
            "fold-4/test": 528,
            "fold-5/valid": 265,
            "fold-5/test": 528,
        },
        shape=(48, 48, 1),
    ),
    "svhn": Dataset(
        title="SVHN",
        licence="non-commercial use only",
        citation="Netzer, Wang, Coates, Bissacco, Wu and Ng, Reading digits in natural images with "
        "unsupervised feature learning, NIPS workshop on deep learning and unsupervised feature "
        "learning, 2011",
        homepage="http://ufldl.stanford.edu/housenumbers/",
        files=tuple(
            VariantFile(
                name=name,
                variants=(
                    Variant(
                        name=name,
                        digest=f"md5:{digest}",
                        sources=(f"http://ufldl.stanford.edu/housenumbers/{name}",),
                    ),
                ),
            )
            for name, digest in _SVHN.items()
        ),
        parser="svhn",
        parts={
            "train": {"records": "train_32x32.mat"},
            "test": {"records": "test_32x32.mat"},
        },
        # The released code took validation images from those that it trained on
        splits={
            "train": Split(part="train", start=0, stop=67_257),
            "valid": Split(part="train", start=67_257, stop=73_257),
            "test": Split(part="test", start=0, stop=26_032),
        },
        sizes={"train": 67_257, "valid": 6_000, "test": 26_032},
        shape=(32, 32, 3),
    ),
    "tfd": Dataset(
        title="TFD",
        licence="by request to its authors; not public",
        citation="Susskind, Anderson and Hinton, The Toronto Face Database, technical report "
        "UTML TR 2010-001, University of Toronto, 2010",
        how_to_get="TFD_48x48.mat is given on request only by the authors of the Toronto Face "
        "Database (Susskind, Anderson and Hinton, University of Toronto), so ask them for it and "
        "set data.tfd.file to its path",
        files=(OwnFile(name="TFD_48x48.mat", md5="9d113650c197719b750ecc6864faf87c"),),
        parser="tfd",
        parts={"all": {"images": "TFD_48x48.mat"}},
        splits=GivenSplit(),
        folds=5,
        sizes={"train": 98_058},
        shape=(48, 48, 1),
    ),
}
