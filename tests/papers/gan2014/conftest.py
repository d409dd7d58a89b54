"""The paper's tables are tested with the made scores and costs of the report's tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "report"))
