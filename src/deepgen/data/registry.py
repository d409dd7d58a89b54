"""The data sets: where their files are, how they must look, how they are split.

A new set in a known format is one more entry of `DATASETS`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class File(BaseModel):
    """One file of a data set.

    `name` is that of the decompressed content, which `sha256` identifies, so that a mirror may
    compress it anew. `sources` are URLs in order of preference, each of which may end in `.gz`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sources: tuple[str, ...]


class Split(BaseModel):
    """Rows start..stop of the part `part` of the raw data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: str
    start: int
    stop: int


class Dataset(BaseModel):
    """One data set.

    `parts` gives the parser its files: {part: {"images": file name, "labels": file name}}; `shape`
    is height, width and channels of an image.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    licence: str
    citation: str
    files: tuple[File, ...]
    parser: str
    parts: dict[str, dict[str, str]]
    splits: dict[str, Split]
    shape: tuple[int, int, int]

    def fetch_settings(self, name: str) -> dict[str, Any]:
        """What the stage `fetch` depends on."""
        return {"dataset": name, "files": [file.model_dump(mode="json") for file in self.files]}

    def prepare_settings(self) -> dict[str, Any]:
        """What the stage `prepare` depends on."""
        return self.model_dump(mode="json", include={"parser", "parts", "splits"})


def prepared_names(settings: dict[str, Any]) -> list[str]:
    """Files that the stage `prepare` makes under `prepare_settings`."""
    names = ["meta.json"]
    for split, rows in settings["splits"].items():
        labelled = "labels" in settings["parts"][rows["part"]]
        names += [f"{split}.npy"] + [f"{split}_labels.npy"] * labelled
    return names


def _idx(name: str, sha256: str, bases: tuple[str, ...]) -> File:
    return File(name=name, sha256=sha256, sources=tuple(f"{base}{name}.gz" for base in bases))


_MNIST = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

DATASETS: dict[str, Dataset] = {
    "mnist": Dataset(
        title="MNIST",
        licence="CC BY-SA 3.0",
        citation="LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document "
        "recognition, Proceedings of the IEEE, 1998",
        files=(
            _idx(
                "train-images-idx3-ubyte",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                _MNIST,
            ),
            _idx(
                "train-labels-idx1-ubyte",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                _MNIST,
            ),
            _idx(
                "t10k-images-idx3-ubyte",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                _MNIST,
            ),
            _idx(
                "t10k-labels-idx1-ubyte",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                _MNIST,
            ),
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
        shape=(28, 28, 1),
    ),
}
