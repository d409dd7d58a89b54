"""Stage `classify`: images and labels in; a classifier and the features of all images out."""

import math
from pathlib import Path
from typing import Any

import torch

from deepgen.data.arrays import save_array
from deepgen.data.prepared import image_shape, load_labels
from deepgen.data.scoring import score_images
from deepgen.device import choose_device
from deepgen.errors import DeepgenError
from deepgen.evaluation.classifier import fit
from deepgen.files import write_json
from deepgen.tensors import write_tensors

SPLITS = ("train", "valid", "test")


def classify(data: Path, out: Path, settings: dict[str, Any], device: str) -> None:
    """Train a classifier on the training split, and take what all comparing scores need of it.

    Args:
        data: Folder of the prepared data set.
        out: Receives `classifier.safetensors`; `<split>_features.npy`, float32 [n, 128], of every
            split; and `classifier.json`: test_accuracy, standard_error (binomial, over test
            images), num_test_examples, epochs.
        settings: The resolved slice: score_space, threads, classifier (epochs, seed, batch_size,
            learning_rate).
        device: `cpu`, `cuda` or `auto`.

    Raises:
        DeepgenError: for missing or damaged files, a set without labels, or too small images.
    """
    target = choose_device(device, settings["threads"])
    train_labels, test_labels = (_labels(data, split, target) for split in ("train", "test"))
    shape = image_shape(data)
    if min(shape[:2]) < 8:
        raise DeepgenError(
            f"{data} holds images of {shape[0]} x {shape[1]}, but the classifier needs 8 x 8: "
            "leave scores in features out of this experiment"
        )
    train = score_images(data, "train", settings["score_space"], target)
    model = fit(train, train_labels, shape, settings["classifier"])
    valid, test = (score_images(data, s, settings["score_space"], target) for s in SPLITS[1:])
    for split, images in zip(SPLITS, (train, valid, test), strict=True):
        save_array(out / f"{split}_features.npy", model.features(images).cpu().numpy())
    accuracy = (model.predict(test) == test_labels).double().mean().item()
    metadata = {
        "shape": list(shape),
        "classes": model.output.out_features,
        "space": settings["score_space"]["name"],
    }
    write_tensors(out / "classifier.safetensors", model.state_dict(), metadata)
    write_json(
        out / "classifier.json",
        {
            "test_accuracy": accuracy,
            "standard_error": math.sqrt(accuracy * (1.0 - accuracy) / len(test)),
            "num_test_examples": len(test),
            "epochs": settings["classifier"]["epochs"],
        },
    )


def _labels(data: Path, split: str, device: torch.device) -> torch.Tensor:
    """The labels of a split, int64 [n]."""
    labels = load_labels(data, split)
    if labels is None:
        raise DeepgenError(
            f"{data} has no {split}_labels.npy, without which no classifier can be trained: leave "
            "scores in features out of this experiment, or take a data set with labels"
        )
    return torch.from_numpy(labels).to(device)
