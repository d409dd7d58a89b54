"""Histories and manifests of trainings that differ in what they tell."""

import pandas as pd

EXPERIMENTS = {
    "mnist": {"title": "Adversarial nets", "dataset_title": "MNIST", "settings": {}},
    "lfw": {
        "title": "Adversarial nets",
        "dataset_title": "LFW faces",
        "settings": {"init_from": "lfw-pretrain"},
    },
}


def history(epochs, updates=500):
    epoch = range(1, epochs + 1)
    return pd.DataFrame({"epoch": epoch, "update": [updates * e for e in epoch]})


def manifest(**notes):
    machine = {"device": "cpu", "gpu": None, "threads": 2, "packages": {}}
    return {"stage": "train", "notes": notes or None, "machine": machine}
