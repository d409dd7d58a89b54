"""The papers' tables are tested with the made scores and costs of the report's tests."""

import sys
from pathlib import Path

for folder in ("report", "papers/gan2014"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
