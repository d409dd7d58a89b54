"""A short training on own images, as text: the fully connected adversarial nets of MNIST."""

import json
import math
from pathlib import Path

from deepgen.errors import DeepgenError
from deepgen.own_data.survey import Survey

LEAST = 60  # images: 20 for validation, 20 for the test and 20 to train on
LEAST_APART = 20
BATCH = 50
UPDATES, FEWER_UPDATES = 5000, 3000  # minutes of one core; fewer for small sets and large images
SMALL = 1000  # training images of a small set
RELEASED_UPDATES = 750_000  # through which the schedules of the released MNIST recipe run
MNIST_VALUES = 784  # of an image; larger ones want a smaller rate, and take twice the time

EXPERIMENT = """\
# yaml-language-server: $schema=../schema/experiment.json
# {title}: own images, with the networks of mnist.yaml and a short training. Written by
# `deepgen add-dataset`; every number may be changed. {updates:,} updates; for better samples raise
# epochs. Numbers that are left out fit the data set (config/README.md).
dataset:
  name: {quoted}
  title: {title_text}
  format: {format}
  size: [{height}, {width}]
  colour: {colour}
{extra}  train:
{sources}    count: {count}
  splits: {{valid: {aside}, test: {aside}, seed: 1}}
  # citation: and licence: of the images would be printed in the report
title: Adversarial nets
seeds: [1]
model:
  family: gan
  noise: {{size: 100, distribution: uniform}}
  generator:
    - {{kind: relu, units: 1200, irange: 0.05}}
    - {{kind: relu, units: 1200, irange: 0.05}}
    - {{kind: sigmoid, irange: 0.05, bias: marginals}}
objective:
  name: adversarial
  discriminator:
    layers:
      - {{kind: maxout, units: 240, pieces: 5, irange: 0.005}}
      - {{kind: maxout, units: 240, pieces: 5, irange: 0.005}}
    output_irange: 0.005
    input_keep: 0.8
    hidden_keep: 0.5
training:
  epochs: {epochs}
  # The released schedules, run through to their end whatever the budget
  schedule_epochs: {schedule}
  batch_size: {batch}
  optimiser:
    name: momentum
    learning_rate: {rate}
    schedule: {{kind: exponential, decay_per_update: 1.000004, minimum: 0.000001}}
    momentum: {{initial: 0.5, final: 0.7, saturation_epoch: {saturation}}}
  selection: {{rule: validation_parzen, every: {every}, num_samples: 2000}}
  previews: {{epochs: [{previews}]}}
num_samples: 5000
parzen_spread: {{redraws: 2}}
"""

RUN = """\
# yaml-language-server: $schema=schema/run.json
# {title}: snakemake --cores all --configfile config/{name}.yaml
run: {quoted}
experiments: [{quoted}]
"""


def experiment_text(name: str, title: str, survey: Survey, files: dict[str, Path]) -> str:
    """The experiment file.

    Args:
        name: Of the data set and of the experiment.
        title: Of the data set.
        survey: What the images are.
        files: {"images": path, "labels": path} as they shall stand in the file.

    Raises:
        DeepgenError: if there are too few images.
    """
    if survey.count < LEAST:
        raise DeepgenError(
            f"there are {survey.count} different images, and at least {LEAST} are needed: "
            f"{LEAST_APART} each to choose the model by and to test it with, and some to train on"
        )
    # A share lets the splits grow with the set
    few = survey.count < 10 * LEAST_APART
    apart = LEAST_APART if few else survey.count // 10
    train = survey.count - 2 * apart
    batch = min(BATCH, train)
    each = -(-train // batch)  # updates in an epoch
    large = math.prod(survey.size) * (3 if survey.colour == "rgb" else 1) > MNIST_VALUES
    epochs = max(2, -(-(FEWER_UPDATES if large or train < SMALL else UPDATES) // each))
    schedule = max(epochs, round(RELEASED_UPDATES / each))
    return EXPERIMENT.format(
        quoted=_text(name),
        title=title,
        title_text=_text(title),
        format=survey.format,
        height=survey.size[0],
        width=survey.size[1],
        colour=survey.colour,
        extra=_extra(survey),
        sources=_sources(survey, files),
        count=survey.count,
        aside=apart if few else 0.1,
        updates=epochs * each,
        epochs=epochs,
        schedule=schedule,
        batch=batch,
        rate=0.1 if large else 0.2,
        saturation=max(1, schedule // 6),
        every=max(1, epochs // 10),
        previews=", ".join(map(str, _previews(epochs))),
    )


def run_text(name: str, title: str) -> str:
    """The run file: this experiment alone."""
    return RUN.format(name=name, quoted=_text(name), title=title)


def _text(text: str) -> str:
    """Quoted, for YAML reads 2024 as a number and `no` as false."""
    return json.dumps(text, ensure_ascii=False)


def _extra(survey: Survey) -> str:
    keys = {
        "fit": survey.fit if survey.fit != "exact" else "",
        "classes": "true" if survey.classes else "",
        "duplicates": "drop" if survey.copies else "",
    }
    return "".join(f"  {key}: {value}\n" for key, value in keys.items() if value)


def _sources(survey: Survey, files: dict[str, Path]) -> str:
    digests = {"images": survey.sha256, "labels": survey.labels}
    lines = []
    for role, path in files.items():
        lines += [
            f"    {role}:",
            f"      path: {_text(str(path))}",
            f"      sha256: {digests[role]}",
        ]
    if survey.keys:
        chosen = ", ".join(f"{role}: {json.dumps(key)}" for role, key in survey.keys.items())
        lines.append(f"    keys: {{{chosen}}}")
    return "".join(f"{line}\n" for line in lines)


def _previews(epochs: int) -> list[int]:
    """Epochs whose samples are kept: nearer to each other at the beginning."""
    shares = (0.01, 0.03, 0.06, 0.1, 0.2, 0.35, 0.5, 0.75)
    return sorted({max(1, round(share * epochs)) for share in shares})
