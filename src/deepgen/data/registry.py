"""The data sets: where their files are, how they must look, how they are split.

A new set in a known format is one more entry of `DATASETS`; a person's own is a block `dataset` in
an experiment file (`deepgen.data.settings`).
"""

from typing import Any

from deepgen.data.entries import (
    Archive,
    Dataset,
    File,
    GivenSplit,
    OwnFile,
    PeopleSplit,
    Split,
    Variant,
    VariantFile,
)

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

# SHA-256 of each packed file: those that TensorFlow Datasets checks its downloads by
_FASHION_MNIST = {
    "train-images-idx3-ubyte": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}
_KMNIST = {
    "train-images-idx3-ubyte": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
    "train-labels-idx1-ubyte": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
    "t10k-images-idx3-ubyte": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    "t10k-labels-idx1-ubyte": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
}
# MD5 of each packed file, as torchvision has it
_QMNIST = {
    "qmnist-train-images-idx3-ubyte": "ed72d4157d28c017586c42bc6afe6370",
    "qmnist-train-labels-idx2-int": "0058f8dd561b90ffdd0f734c6a30e5e4",
    "qmnist-test-images-idx3-ubyte": "1394631089c404de565df7b7aeaf9412",
    "qmnist-test-labels-idx2-int": "5b5b05890a5e13444e108efe57b788aa",
}


def _packed(kind: str, digests: dict[str, str], *folders: str) -> tuple[VariantFile, ...]:
    """Files that are taken as they are published, packed by gzip."""
    files = []
    for name in (f"{name}.gz" for name in digests):
        digest = f"{kind}:{digests[name.removesuffix('.gz')]}"
        sources = tuple(f"{url}{name}" for url in folders)
        variants = (Variant(name=name, digest=digest, sources=sources),)
        files.append(VariantFile(name=name, variants=variants))
    return tuple(files)


def _like_mnist(digests: dict[str, str], test: int = 10_000) -> dict[str, Any]:
    """What a set has that can stand for MNIST: parts, splits, sizes and shape."""
    images, labels, test_images, test_labels = (f"{name}.gz" for name in digests)
    return {
        "parts": {
            "train": {"images": images, "labels": labels},
            "test": {"images": test_images, "labels": test_labels},
        },
        "splits": {
            "train": Split(part="train", start=0, stop=50_000),
            "valid": Split(part="train", start=50_000, stop=60_000),
            "test": Split(part="test", start=0, stop=test),
        },
        "sizes": {"train": 50_000, "valid": 10_000, "test": test},
        "shape": (28, 28, 1),
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
    "fashion-mnist": Dataset(
        title="Fashion-MNIST",
        licence="MIT",
        citation="Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking "
        "machine learning algorithms, 2017",
        homepage="https://github.com/zalandoresearch/fashion-mnist",
        files=_packed(
            "sha256",
            _FASHION_MNIST,
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        parser="idx",
        **_like_mnist(_FASHION_MNIST),
    ),
    "kmnist": Dataset(
        title="KMNIST",
        licence="CC BY-SA 4.0",
        citation="Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha, Deep learning for "
        "classical Japanese literature, 2018",
        homepage="http://codh.rois.ac.jp/kmnist/",
        files=_packed("sha256", _KMNIST, "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
        parser="idx",
        grey_as_probability=True,
        **_like_mnist(_KMNIST),
    ),
    # The training images are MNIST's made again; of the test's 60,000, the first 10,000 are
    "qmnist": Dataset(
        title="QMNIST",
        licence="BSD-style",
        citation="Yadav and Bottou, Cold case: the lost MNIST digits, NeurIPS 2019",
        homepage="https://github.com/facebookresearch/qmnist",
        files=_packed(
            "md5", _QMNIST, "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
        ),
        parser="qmnist",
        grey_as_probability=True,
        **_like_mnist(_QMNIST, test=60_000),
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
