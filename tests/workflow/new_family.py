"""The family of docs/architecture.md, with an optimiser, a rule and a space of its own."""

import re
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)

OPTIMISER = '''
"""Steps of one length."""

import torch

from deepgen.training.rates import learning_rate


class Signs:
    def __init__(self, parameters, settings):
        self.parameters, self.settings = parameters, settings

    def rates(self, clock):
        return {"learning_rate": learning_rate(self.settings, clock)}

    @torch.no_grad()
    def step(self, gradients, clock):
        for p, g in zip(self.parameters, gradients, strict=True):
            p -= self.rates(clock)["learning_rate"] * g.sign()

    def state(self):
        return {}

    def load_state(self, tensors):
        pass


build = Signs
'''
RULE = '''
"""Keep the first epoch."""

from deepgen.training.selection.last import Last


class First(Last):
    def due(self, epoch):
        return epoch == 1

    def score(self, model, epoch):
        self.improved = True
        return {}


build = First
'''
SPACE = '''
"""Dequantised pixels of images turned upside down."""

from deepgen.data.spaces.dequantised import Dequantised


class Flipped(Dequantised):
    def forward(self, x, rng=None):
        return super().forward(x.flip(1), rng)

    def to_pixels(self, y):
        return super().to_pixels(y).flip(1)


build = Flipped
'''
FILES = {
    "src/deepgen/training/optimisers/signs.py": OPTIMISER,
    "src/deepgen/training/selection/first.py": RULE,
    "src/deepgen/data/spaces/flipped.py": SPACE,
    "src/deepgen/families/histogram/__init__.py": "",
}
EDITS = [
    ("src/deepgen/families/__init__.py", '"mixture",', '"mixture", "histogram",'),
    ("src/deepgen/training/settings.py", "OneOptimiser = Annotated[\n    Momentum |",
     'class Signs(Optimiser):\n    name: Literal["signs"]\n\n\n'
     "OneOptimiser = Annotated[\n    Signs | Momentum |"),
    ("src/deepgen/training/settings.py", "class Previews(",
     "class First(Selection):\n    READS_VALIDATION: ClassVar = False\n"
     '    rule: Literal["first"]\n\n\n'
     "class Previews("),
    ("src/deepgen/training/settings.py", "ValidationLikelihoodAndParzen | Last,",
     "ValidationLikelihoodAndParzen | First | Last,"),
    ("src/deepgen/data/spaces/settings.py", "ModelSpace = Annotated[\n    Pixels |",
     'class Flipped(Dequantised):\n    name: Literal["flipped"]\n\n\n'
     "ModelSpace = Annotated[\n    Flipped | Pixels |"),
]  # fmt: skip


def documented() -> dict[str, str]:
    """{path: content} of the files in the worked example."""
    return dict(BLOCK.findall((ROOT / "docs/architecture.md").read_text()))


@contextmanager
def added(project):
    """The project with the family, and the experiments `counts` (as documented) and `signs`."""
    files = documented()
    (name,) = (path for path in files if path.endswith(".yaml"))
    content = files.pop(name).replace("dataset: mnist", "dataset: digits")
    own = content.replace("Histograms", "Own").replace("dequantised", "flipped")
    own = own.replace("{name: adam, learning_rate: 0.3}", "{name: signs, learning_rate: 0.3}")
    own = own.replace("{rule: last}", "{rule: first}")
    files |= {"config/experiments/counts.yaml": content, "config/experiments/signs.yaml": own}
    with ExitStack() as stack:
        for path, text in (files | FILES).items():
            target = project.root / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
            stack.callback(target.unlink)
        stack.callback(shutil.rmtree, project.root / "src/deepgen/families/histogram/__pycache__",
                       ignore_errors=True)  # fmt: skip
        for edit in EDITS:
            stack.enter_context(project.edited(*edit))
        yield
