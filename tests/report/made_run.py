"""A small made run, laid out as Snakemake lays it: two experiments of a paper, one of them with two
seeds, and a density of no paper."""

import copy
import json

import numpy as np
import pandas as pd
from made_scores import likelihood, sampling

from deepgen.figures import style
from deepgen.figures.catalogue import FIGURES as GENERAL
from deepgen.report.roles import per_image, roles
from deepgen.stages.table import table

HOSTILE = "<script>alert(1)</script>"
NOT_RUN = [
    {
        "experiment": "tfd",
        "dataset_title": "TFD",
        "model": "Adversarial nets",
        "how_to_get": "Ask its authors.",
        "figures": ["figure2b"],
    }
]
FIGURES = {
    "mnist": ["previews", "figure3", "figure2a"],
    "lfw": ["figure2b_lfw", "figure3"],
    "mixture": ["samples", "training_curves"],
}
SEEDS = {"mnist": (1, 2), "lfw": (1,), "mixture": (1,), "lfw-pretrain": (1,)}
PAPER = {
    "name": "gan2014",
    "title": "Generative Adversarial Nets",
    "citation": "Goodfellow et al., NIPS 2014",
    "url": "https://arxiv.org/abs/1406.2661",
}
TABLES = ("parzen", "likelihoods", "scores", "parzen_spread", "sampling")
PAGES = ("index", "gan2014", "mnist", "lfw", "mixture")


class MadeRun:
    """The files of `results/quick`, and what the report stage is asked for each page."""

    def __init__(self, root):
        self.run = root / "results/quick"
        self.report = self.run / "report"
        self.inputs = {}
        self.rows = []
        experiments = {
            "mnist": experiment("MNIST", 5, 1500) | {"paper": "gan2014"},
            "lfw": experiment("LFW faces", 4, 4) | {"paper": "gan2014"},
            "mixture": experiment("MNIST", 5, 5) | {"title": "Mixture of Gaussians"},
        }
        self.settings = {
            "run": "quick",
            "order": list(experiments),
            "experiments": experiments,
            "first_phases": {"lfw-pretrain": experiment("LFW faces", 4, 50)},
            "not_run": copy.deepcopy(NOT_RUN),
            "papers": [dict(PAPER)],
        }
        for name, seeds in SEEDS.items():
            for seed in seeds:
                self._train(name, seed)
        for name, chosen in experiments.items():
            for seed in SEEDS[name]:
                self._score(name, chosen, f"seed-{seed}/selected", "selected", seed)
            if name != "mixture":
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
        self._draw("gan2014/figure1")
        self._draw("gan2014/theory")
        self._draw("gan2014/ranking")
        path = self.write(
            "../../data/fetch.prov.json",
            {"stage": "fetch", "notes": {"a": "/home/secret/mirror/b.gz"}},
        )
        self.inputs["provenance:data/raw/mnist/fetch"] = path
        self.make_tables()
        self.write("report/index.prov.json", {"settings": self.settings})

    def make_tables(self):
        """The tables of the rows as they are now."""
        known = roles(self.rows).keys() | per_image(self.rows).keys()
        papers = [paper["name"] for paper in self.settings["papers"]]
        settings = {"rows": self.rows, "not_run": self.settings["not_run"], "papers": papers}
        scores = {role: path for role, path in self.inputs.items() if role in known}
        table(scores, self.report / "tables", settings)

    def write(self, name, content):
        path = self.run / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def job(self, page):
        """Inputs and settings of a page, as the plan gives them."""
        if page == "index":
            inputs, settings = self.inputs, self.settings | {"page": page, "rows": self.rows}
        elif page == "gan2014":
            experiments = self.settings["experiments"]
            inputs, settings = self._of_paper([n for n, e in experiments.items() if "paper" in e])
        else:
            inputs, settings = self._of_experiment(page)
        return inputs, settings | {"figures": self._figures(page, settings["experiments"])}

    def _figures(self, page, experiments):
        """None for the front page, the paper's for its page, all of an experiment's."""
        own = [figure for chosen in experiments.values() for figure in chosen["figures"]]
        if page != "gan2014":
            return own * (page != "index")
        numbered = [figure for figure in own if figure.partition("/")[2] not in GENERAL]
        return [*numbered, *(f"gan2014/{own}" for own in ("figure1", "theory", "ranking"))]

    def _of_paper(self, names):
        other = tuple(f":{n}/" for n in self.settings["experiments"] if n not in names)
        inputs = {r: p for r, p in self.inputs.items() if not any(o in r for o in other)}
        return inputs, self.settings | {
            "page": "gan2014",
            "paper": "gan2014",
            "order": [name for name in self.settings["order"] if name in names],
            "experiments": {name: self.settings["experiments"][name] for name in names},
            "rows": [row for row in self.rows if row["experiment"] in names],
        }

    def _of_experiment(self, name):
        phases = {n: e for n, e in self.settings["first_phases"].items() if n.startswith(name)}
        own = (
            f":{name}/",
            f"classifier:{name}",
            f":data/raw/{name}/",
            *(f":{other}/" for other in phases),
        )
        inputs = {r: path for r, path in self.inputs.items() if any(part in r for part in own)}
        chosen = self.settings["experiments"][name]
        return inputs, self.settings | {
            "page": name,
            "order": [name],
            "experiments": {name: chosen},
            "first_phases": phases,
            "not_run": [],
            "papers": self.settings["papers"] if "paper" in chosen else [],
            "rows": [row for row in self.rows if row["experiment"] == name],
        }

    def _train(self, name, seed):
        place = f"{name}/seed-{seed}"
        ran = history(5 if seed == 1 else 4)
        if name == "mixture":  # fitted without a loss
            ran = ran[["epoch", "selection_score"]].assign(nll=-900.0)
        text = ran.to_csv(index=False)
        self.inputs[f"history:{place}"] = self.write(f"{place}/history.csv", text)
        path = self.write(f"{place}/train.prov.json", manifest(seed))
        self.inputs[f"provenance:{place}/train"] = path

    def _score(self, name, chosen, source, selection, seed):
        place = f"{name}/{source}"
        model = chosen["title"] if selection else "k-means centroids"
        row = {"experiment": name, "dataset": chosen["dataset_title"], "model": model}
        scores = ["parzen", "mmd"] if selection else ["parzen"]
        if name == "mixture":
            scores = ["likelihood"]
        if source == "seed-1/selected" and name != "mixture":
            scores = [*scores, "parzen_spread", "sampling"]
        row |= {"selection": selection, "source": source, "scores": scores}
        row |= {"kind": "model", "seed": seed} if selection else {"kind": "reference"}
        self.rows.append(row | {k: v for k, v in chosen.items() if k == "paper"})
        compared = {"pixels": mmd()} | ({"features": mmd()} if name == "mnist" else {})
        contents = {"parzen": parzen(200.0 + 4.0 * (seed or 20)), "mmd": compared}
        contents["likelihood"] = likelihood(900.0)
        contents["parzen_spread"] = parzen_spread(contents["parzen"])
        contents["sampling"] = sampling(("independent draws", 204.0, 204.0, 0.0005), chains=1)
        for score in scores:
            path = self.write(f"{place}/{score}.json", contents[score])
            self.inputs[f"{score}:{place}"] = path
        if "sampling" in scores:
            notes = {"ways": {"independent draws": {"seconds": 2.5, "processor_seconds": 2.0}}}
            path = self.write(
                f"{place}/sampling.prov.json",
                manifest(seed) | {"stage": "sampling", "notes": notes},
            )
            self.inputs[f"provenance:{place}/sampling"] = path

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
            "seeds": [1],
            "model": {"generator": [{"kind": "relu", "units": 1200, "irange": 0.05}]},
            "training": {
                "epochs": epochs,
                "optimiser": {"learning_rate": 0.1},
                "selection": {"rule": "validation_parzen", "every": 2},
            },
        },
        "kinds": ["adversarial"],
        "full_budget": full_budget,
        "objective_groups": ["model", "objective"],
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
        "grid_scores": [],
        "on_grid_edge": True,
    }
    return {
        "parzen, released default grid": result,
        "parzen, fine sigma": result | {"on_grid_edge": False},
    }


def parzen_spread(scores):
    errors = {"spread_over_samples": 3.25, "sample_sets": 6}
    errors |= {"spread_over_validation": 0.0, "resamples": 200}
    return {estimator: result | errors for estimator, result in scores.items()}


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
