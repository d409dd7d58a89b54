"""A small made run, laid out as Snakemake lays it: two experiments, one of them with two seeds."""

import copy
import json

import numpy as np
import pandas as pd

from deepgen.figures import style
from deepgen.stages.table import table

HOSTILE = "<script>alert(1)</script>"
NOT_RUN = [
    {
        "experiment": "tfd",
        "dataset_title": "TFD",
        "model": "Adversarial nets",
        "how_to_get": "Ask its authors.",
    }
]
FIGURES = {
    "mnist": ["previews", "figure3", "figure2a"],
    "lfw": ["figure2b_lfw", "figure3"],
}


class MadeRun:
    """The files of `results/quick`, and what the report stage is asked for each page."""

    def __init__(self, root):
        self.run = root / "results/quick"
        self.report = self.run / "report"
        self.inputs = {}
        self.rows = []
        experiments = {"mnist": experiment("MNIST", 5, 1500), "lfw": experiment("LFW faces", 4, 4)}
        self.settings = {
            "run": "quick",
            "title": "Generative Adversarial Nets",
            "order": list(experiments),
            "experiments": experiments,
            "earlier": {"lfw-pretrain": experiment("LFW faces", 4, 50)},
            "not_run": copy.deepcopy(NOT_RUN),
        }
        for name, seeds in {"mnist": (1, 2), "lfw": (1,), "lfw-pretrain": (1,)}.items():
            for seed in seeds:
                self._train(name, seed)
        for name, chosen in experiments.items():
            for seed in {"mnist": (1, 2), "lfw": (1,)}[name]:
                self._score(name, chosen, f"seed-{seed}/selected", "selected", seed)
            self._score(name, chosen, "references/kmeans", "", None)
            chosen["figures"] = [f"{name}/{figure}" for figure in FIGURES[name]]
            for figure in chosen["figures"]:
                self._draw(figure)
        chosen = "mnist/seed-1/selected"
        copying = self.write(f"{chosen}/data_copying.json", {"features": mmd()})
        self.inputs["data:mnist/figure2a"] = copying
        accuracy = {"test_accuracy": 0.7126, "standard_error": 0.0046, "num_test_examples": 10_000}
        path = self.write("mnist/classifier/classifier.json", accuracy)
        self.inputs["classifier:mnist"] = path
        self._draw("theory/figure1")
        self._draw("theory/theory")
        path = self.write(
            "../../data/fetch.prov.json",
            {"stage": "fetch", "notes": {"a": "/home/secret/mirror/b.gz"}},
        )
        self.inputs["provenance:data/raw/mnist/fetch"] = path
        scores = {r: p for r, p in self.inputs.items() if r.startswith(("parzen:", "mmd:"))}
        table(scores, self.report / "tables", {"rows": self.rows, "not_run": NOT_RUN})

    def write(self, name, content):
        path = self.run / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def index(self):
        """Inputs and settings of the index."""
        made = {name: self.report / f"tables/{name}.csv" for name in ("table1", "scores")}
        others = {
            role: path
            for role, path in self.inputs.items()
            if not role.startswith(("parzen:", "mmd:"))
        }
        return made | others, self.settings | {"page": "index"}

    def page(self, name):
        """Inputs and settings of an experiment's page: its own alone."""
        earlier = {n: e for n, e in self.settings["earlier"].items() if n.startswith(name)}
        own = (
            f":{name}/",
            f"classifier:{name}",
            f":data/raw/{name}/",
            *(f":{other}/" for other in earlier),
        )
        inputs = {r: path for r, path in self.inputs.items() if any(part in r for part in own)}
        return inputs, self.settings | {
            "page": name,
            "order": [name],
            "experiments": {name: self.settings["experiments"][name]},
            "earlier": earlier,
            "rows": [row for row in self.rows if row["experiment"] == name],
        }

    def _train(self, name, seed):
        place = f"{name}/seed-{seed}"
        text = history(5 if seed == 1 else 4).to_csv(index=False)
        self.inputs[f"history:{place}"] = self.write(f"{place}/history.csv", text)
        path = self.write(f"{place}/train.prov.json", manifest(seed))
        self.inputs[f"provenance:{place}/train"] = path

    def _score(self, name, chosen, source, selection, seed):
        place = f"{name}/{source}"
        model = chosen["title"] if selection else "k-means centroids"
        row = {"experiment": name, "dataset": chosen["dataset_title"], "model": model}
        scores = ["parzen", "mmd"] if selection else ["parzen"]
        row |= {"selection": selection, "seed": seed, "source": source, "scores": scores}
        self.rows.append(row | {"kind": "model" if selection else "reference"})
        compared = {"pixels": mmd()} | ({"features": mmd()} if name == "mnist" else {})
        paths = {"parzen": parzen(200.0 + 4.0 * (seed or 20)), "mmd": compared}
        for score in scores:
            path = self.write(f"{place}/{score}.json", paths[score])
            self.inputs[f"{score}:{place}"] = path

    def _draw(self, name):
        path = self.report / f"figures/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        figure, _ = style.picture_figure(np.zeros((1, 2, 4, 4, 1)), width=0.5)
        style.save(figure, path, "png")
        style.save(figure, path.with_suffix(".pdf"), "pdf")
        path.with_suffix(".txt").write_text(f"Caption of {name} {HOSTILE}\n")
        self.inputs |= {f"figure:{name}": path, f"caption:{name}": path.with_suffix(".txt")}


def experiment(dataset, epochs, full_budget):
    return {
        "title": "Adversarial nets",
        "dataset_title": dataset,
        "dataset_citation": "LeCun et al. 1998",
        "dataset_licence": "CC BY-SA 3.0",
        "settings": {
            "dataset": dataset.split()[0].lower(),
            "model": {"generator": [{"kind": "relu", "units": 1200, "irange": 0.05}]},
            "training": {
                "epochs": epochs,
                "optimiser": {"learning_rate": 0.1},
                "selection": {"rule": "validation_parzen", "every": 2},
            },
        },
        "full_budget": full_budget,
        "figures": [],
    }


def history(epochs):
    epoch = np.arange(1, epochs + 1)
    scores = np.where(epoch % 2 == 0, 100.0 + epoch, np.nan)
    scores[-1] = 90.0
    return pd.DataFrame(
        {"epoch": epoch, "loss_model": 1.25, "loss_objective": 0.5, "selection_score": scores}
    )


def parzen(log_likelihood):
    result = {
        "log_likelihood": log_likelihood,
        "standard_error": 2.0,
        "standard_error_over": "examples",
        "sigma": 0.1,
        "grid": [0.1, 1.0],
        "num_samples": 10_000,
        "num_test_examples": 10_000,
        "space": "pixels in [0, 1]",
        "per_fold": [],
        "on_grid_edge": True,
    }
    return {"parzen, paper grid": result, "parzen, fine sigma": result | {"on_grid_edge": False}}


def mmd():
    counts = {"num_samples": 10_000, "num_test_examples": 10_000}
    return {"value": 2e-3, "standard_error": 1e-4, "standard_error_over": "examples"} | counts


def manifest(seed):
    return {
        "stage": "train",
        "seed": seed,
        # Only the second training tells its whole time
        "notes": None if seed == 1 else {"training_seconds": 4000.0},
        "machine": {
            "host": "secret-host",
            "processor": "A Fast Processor",
            "device": "cpu",
            "gpu": None,
            "threads": 1,
            "python": "3.12.1",
            "platform": "Linux",
            "packages": {"torch": "2.9.1"},
        },
        "run": {
            "started": "2026-01-02T03:04:05+00:00",
            "seconds": 754.0,
            "git": "0123456789abcdef0123456789abcdef01234567+changes",
            "command": ["deepgen", "/home/secret"],
        },
        "outputs": {},
    }
