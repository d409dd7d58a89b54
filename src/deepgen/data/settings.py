"""Settings of a person's own data set: the block `dataset` of an experiment file."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from deepgen.data.entries import (
    MAX_BYTES,
    Dataset,
    DrawnSplit,
    LocalFile,
    LocalFolder,
    Own,
    Variant,
    VariantFile,
)
from deepgen.data.registry import DATASETS
from deepgen.typed import MD5, SHA256, URL, Count, Name, Seed, Settings, Text, Words

MAX_SIDE = 1024
PARSERS = {
    "idx": "idx",
    "cifar": "cifar",
    "npy": "numpy_arrays",
    "npz": "numpy_arrays",
    "image-folder": "image_folder",
}
FOLDER = "image-folder"
UNSAID = "not stated; its owner's own"

Side = Annotated[int, Field(gt=0, le=MAX_SIDE)]
Share = Annotated[float, Field(gt=0, lt=1)]
Url = Annotated[str, Field(pattern=URL, max_length=2000)]


class Source(Settings):
    """Where a file or folder is, and what must be in it."""

    path: Text | None = Field(
        None,
        description="A file, or for `image-folder` a folder; counted from the folder where "
        "Snakemake is called, and `~` is the home folder.",
    )
    urls: Annotated[list[Url], Field(min_length=1)] | None = Field(
        None, description="In place of a path: web addresses of one file, asked in this order."
    )
    sha256: Annotated[str, Field(pattern=SHA256)] | None = Field(
        None,
        description="Of the file as it is. Of a folder that of its listing, one line `<SHA-256>  "
        "<name>` for each image in order of the names, as `sha256sum` prints it.",
    )
    md5: Annotated[str, Field(pattern=MD5)] | None = Field(
        None, description="In place of `sha256`, for a file whose publisher gives only this."
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.path is None) == (self.urls is None):
            raise ValueError("must have either path or urls")
        if (self.sha256 is None) == (self.md5 is None):
            raise ValueError("must have either sha256 or md5")
        return self

    @property
    def digest(self) -> str:
        """`sha256:...` or `md5:...`."""
        return f"sha256:{self.sha256}" if self.sha256 else f"md5:{self.md5}"


class ArrayKeys(Settings):
    """The arrays of a `.npz` file."""

    images: Text = Field("images", description="Bytes, [N, H, W] or [N, H, W, C].")
    labels: Text | None = Field(None, description="Integers 0 to 255, [N], if it has any.")


class OwnPart(Settings):
    """One part of an own set: its files, and how many images they hold."""

    images: Source | None = Field(
        None,
        description="Of all formats but `cifar`. An image folder may be a `.zip` or `.tar.gz`.",
    )
    labels: Source | None = Field(None, description="Of `idx` and `npy`, if there are labels.")
    records: Annotated[list[Source], Field(min_length=1)] | None = Field(
        None, description="Of `cifar`: its files in their order."
    )
    keys: ArrayKeys | None = Field(None, description="Of `npz`.")
    count: Count = Field(description="Images that are used, which is without copies.")


class OwnSplits(Settings):
    """Images of `train` that are put aside, by number (`300`) or share (`0.1`)."""

    valid: Count | Share = Field(0.1, description="For validation.")
    test: Count | Share | None = Field(
        None, description="For the test; left out, a tenth, and none if there is a part `test`."
    )
    seed: Seed = Field(1, description="Of the choice. With labels, each class gives its share.")


class OwnSet(Settings):
    """A person's own data set; `deepgen add-dataset FOLDER --name NAME` writes the block."""

    name: Name = Field(description="Of its folders in `data/`; none that the registry has.")
    title: Words | None = Field(None, description="Name in tables; left out, `name`.")
    format: Literal["idx", "cifar", "npy", "npz", "image-folder"] = Field(
        description="IDX files as MNIST's (packed by gzip or not), the binary files of CIFAR-10, "
        "arrays of NumPy, or pictures in a folder."
    )
    size: Annotated[list[Side], Field(min_length=2, max_length=2)] = Field(
        description="Height and width of an image in pixels."
    )
    colour: Literal["grey", "rgb", "luminance"] = Field(
        description="`luminance` turns coloured pictures of a folder grey; `grey` refuses them."
    )
    fit: Literal["exact", "crop"] = Field(
        "exact",
        description="Of `image-folder`: refuse pictures of another size, or scale them, small "
        "ones up, too, and cut off what is too long.",
    )
    classes: bool = Field(
        False, description="Of `image-folder`: whether each folder inside it is a class."
    )
    duplicates: Literal["refuse", "drop"] = Field(
        "refuse",
        description="Images that are there twice, of which one could come into training and one "
        "into the test: refuse the set, or keep the first of each.",
    )
    train: OwnPart
    test: OwnPart | None = Field(None, description="Left out, the test is cut from `train`.")
    splits: OwnSplits = OwnSplits()
    grey_as_probability: bool = Field(
        False,
        description="Whether gray values may be read as probabilities of white, as MNIST's are.",
    )
    citation: Text | None = Field(None, description="What the report cites.")
    licence: Text | None = Field(None, description="Under which the images are.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.name in DATASETS:
            raise ValueError(f"name is {self.name!r}, which the registry has: choose another")
        for part in ("train", "test"):
            if own := getattr(self, part):
                self._check_part(part, own)
                self._check_bytes(part, own.count)
        if self.format != FOLDER:
            for key, plain in {"fit": "exact", "classes": False}.items():
                if getattr(self, key) != plain:
                    raise ValueError(f"{key} is only for the format {FOLDER}: leave it out")
            if self.colour == "luminance":
                raise ValueError(f"colour luminance is only for the format {FOLDER}")
        if self.test and self._labelled(self.train) != self._labelled(self.test):
            raise ValueError("labels must be in both of train and test, or in neither")
        if self.test and self.splits.test is not None:
            raise ValueError("splits.test must be left out, because there is a part test")
        if self.format == "cifar" and (self.size, self.colour) != ([32, 32], "rgb"):
            raise ValueError("a set in the format cifar has size [32, 32] and colour rgb")
        if self.sizes["train"] < 1:
            raise ValueError(
                f"splits leave no image for training: validation takes {self.sizes['valid']} and "
                f"the test {self.sizes['test']} of {self.train.count}"
            )
        return self

    def _check_part(self, part: str, own: OwnPart) -> None:
        wanted = {"records"} if self.format == "cifar" else {"images"}
        allowed = wanted | {"idx": {"labels"}, "npy": {"labels"}, "npz": {"keys"}}.get(
            self.format, set()
        )
        given = {k for k in ("images", "labels", "records", "keys") if getattr(own, k) is not None}
        if missing := wanted - given:
            raise ValueError(f"{part}.{missing.pop()} is missing, which {self.format} needs")
        if wrong := sorted(given - allowed):
            raise ValueError(f"{part}.{wrong[0]} is not for the format {self.format}: leave it out")
        folder = own.images if self.format == FOLDER else None
        if folder and folder.path and folder.sha256 is None:
            raise ValueError(f"{part}.images needs sha256, because it may be a folder")

    def _check_bytes(self, part: str, count: int) -> None:
        """Refuse what no memory would hold: the images of a part lie in one array."""
        height, width, channels = self.shape
        if count > (most := MAX_BYTES // (height * width * channels)):
            raise ValueError(
                f"{part}.count is {count}: must be at most {most}, because images of {height} x "
                f"{width} x {channels} bytes may take {MAX_BYTES >> 30} GiB; or lower size"
            )

    def _labelled(self, part: OwnPart) -> bool:
        own = part.labels or part.records or (part.keys and part.keys.labels)
        return self.classes or own is not None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        return (*self.size, 3 if self.colour == "rgb" else 1)

    @property
    def sizes(self) -> dict[str, int]:
        """Images of each split."""
        count, splits = self.train.count, self.splits
        valid = _number(splits.valid, count)
        test = 0 if self.test else _number(0.1 if splits.test is None else splits.test, count)
        of_test = self.test.count if self.test else test
        return {"train": count - valid - test, "valid": valid, "test": of_test}

    @cached_property
    def entry(self) -> Dataset:
        """The set as the registry has others."""
        parts = {name: part for name in ("train", "test") if (part := getattr(self, name))}
        sizes = self.sizes
        keys = {
            name: (part.keys or ArrayKeys()).resolved()
            for name, part in parts.items()
            if self.format == "npz"
        }
        return Dataset(
            title=self.title or self.name,
            licence=self.licence or UNSAID,
            citation=self.citation or f"{self.title or self.name}, own images",
            files=tuple(file for name, part in parts.items() for file in self._files(name, part)),
            parser=PARSERS[self.format],
            parts={name: self._roles(name, part) for name, part in parts.items()},
            splits=DrawnSplit(
                seed=self.splits.seed,
                valid_images=sizes["valid"],
                test_images=0 if self.test else sizes["test"],
            ),
            sizes=sizes,
            shape=self.shape,
            grey_as_probability=self.grey_as_probability,
            own=Own(
                shape=self.shape,
                colour=self.colour,
                fit=self.fit,
                classes=self.classes,
                duplicates=self.duplicates,
                labelled=self._labelled(self.train),
                counts={name: part.count for name, part in parts.items()},
                keys=keys,
            ),
        )

    def _roles(self, name: str, part: OwnPart) -> dict[str, str | tuple[str, ...]]:
        """The parser's files."""
        if part.records:
            return {"records": tuple(f"{name}-records-{i}" for i in range(len(part.records)))}
        labels = {"labels": f"{name}-labels"} if part.labels else {}
        return {"images": f"{name}-images"} | labels

    def _files(self, name: str, part: OwnPart) -> list[LocalFile | LocalFolder | VariantFile]:
        sources = {f"{name}-images": part.images, f"{name}-labels": part.labels}
        sources |= {f"{name}-records-{i}": source for i, source in enumerate(part.records or [])}
        return [self._file(file, source) for file, source in sources.items() if source]

    def _file(self, name: str, source: Source) -> LocalFile | LocalFolder | VariantFile:
        if source.urls:
            variant = Variant(name=name, digest=source.digest, sources=tuple(source.urls))
            return VariantFile(name=name, variants=(variant,))
        packed = source.path.lower().endswith((".zip", ".tar.gz", ".tgz"))
        if self.format == FOLDER and not packed:
            return LocalFolder(name=name, folder=source.path, listing=source.sha256)
        return LocalFile(name=name, digest=source.digest, path=source.path)


def _number(asked: int | float, count: int) -> int:
    """So many images, of a number or of a share of all."""
    return asked if isinstance(asked, int) else max(1, round(asked * count))


def _name_or_block(value: object) -> str:
    return "block" if isinstance(value, dict | OwnSet) else "registered"


# The key `dataset` of an experiment
DatasetOf = Annotated[
    Annotated[Name, Tag("registered")] | Annotated[OwnSet, Tag("block")],
    Discriminator(_name_or_block),
]
