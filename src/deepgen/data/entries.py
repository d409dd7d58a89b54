"""What an entry of a data set says: its files, how they must look, how they are split."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLD_SPLITS = ("valid", "test")
MAX_BYTES = 16 * 1024**3  # of the images of one part of a person's own set, unpacked
DIGEST = "^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$"


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
    digest: str = Field(pattern=DIGEST)
    sources: tuple[str, ...] = ()


class VariantFile(Entry):
    """A file of which there are several, in order of preference; the parser knows all."""

    name: str
    variants: tuple[Variant, ...]


class OwnFile(Entry):
    """A file that a user must ask for; `md5` is second-hand knowledge and never required."""

    name: str
    md5: str = Field(pattern="^[0-9a-f]{32}$")


class LocalFile(Entry):
    """A file that its user has on this machine, taken as it is; `digest` is known."""

    name: str
    digest: str = Field(pattern=DIGEST)
    path: str


class LocalFolder(Entry):
    """A folder of pictures, packed into the file `name`.

    `listing` is the SHA-256 of the line `<SHA-256>  <name>` of each picture, in order of the names.
    """

    name: str
    folder: str
    listing: str = Field(pattern="^[0-9a-f]{64}$")


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


class DrawnSplit(Entry):
    """`deepgen.data.splits.split_drawn`: so many images of `train` for each other split.

    `test_images` is 0 where the set has a part `test`, which then is that split.
    """

    rule: Literal["drawn"] = "drawn"
    seed: int
    valid_images: int
    test_images: int


Splits = dict[str, Split] | PeopleSplit | GivenSplit | DrawnSplit


class Own(Entry):
    """How the images of a person's own set must look, for `deepgen.data.own_set`.

    `counts` are the images of each part; `keys` the arrays of its `.npz` file, if it has one.
    """

    shape: tuple[int, int, int]
    colour: Literal["grey", "rgb", "luminance"]
    fit: Literal["exact", "crop"]
    classes: bool
    duplicates: Literal["refuse", "drop"]
    labelled: bool
    counts: dict[str, int]
    keys: dict[str, dict[str, str]] = {}


class Dataset(Entry):
    """One data set.

    `parts` gives the parser its files: {part: {role: file name, or several}}, where the role
    `labels` or `records` (images and labels in one) means that there are labels. `shape` is height,
    width and channels of an image; `folds` the number of folds, or 0; `sizes` the number of images
    of the splits where it is known, such as {"train": 50000, "fold-1/valid": 265}; `how_to_get` a
    sentence about a set that must be asked for; `grey_as_probability` whether grey values may be
    read as probabilities of white, so that images have a likelihood as drawn bits; `own` what a
    person's own set has beside these.
    """

    title: str
    licence: str
    citation: str
    homepage: str = ""
    how_to_get: str = ""
    files: tuple[File | VariantFile | OwnFile | LocalFile | LocalFolder, ...]
    archive: Archive | None = None
    parser: str
    parts: dict[str, dict[str, str | tuple[str, ...]]]
    splits: Splits
    folds: int = 0
    sizes: dict[str, int] = {}
    shape: tuple[int, int, int]
    grey_as_probability: bool = False
    own: Own | None = None

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
    def known_sizes(self) -> dict[str, int]:
        """The number of images of the splits of which it is known before any file is there."""
        cut = self.splits if isinstance(self.splits, dict) else {}
        return {name: split.stop - split.start for name, split in cut.items()} | self.sizes

    def prepare_settings(self) -> dict[str, Any]:
        """What the stage `prepare` depends on."""
        keys = {"parser", "parts", "splits", "folds", "sizes"} | ({"own"} if self.own else set())
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
        if _labelled(settings, split):
            names.append(f"{split}_labels.npy")
    for k in range(1, settings.get("folds", 0) + 1):
        names += [f"fold-{k}/{split}.npy" for split in FOLD_SPLITS]
    return names


def _labelled(settings: dict[str, Any], split: str) -> bool:
    splits = settings["splits"]
    if "rule" in splits:  # of the others that have one, none has labels
        return "own" in settings and settings["own"]["labelled"]
    files = settings["parts"][splits[split]["part"]]
    return "labels" in files or "records" in files
