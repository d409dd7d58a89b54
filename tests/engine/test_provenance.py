"""What a record tells of the machine that made a result."""

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

ASK = (
    "import json, numpy, torch; from deepgen.engine.provenance import describe_machine; "
    "print(json.dumps(describe_machine()))"
)


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64")
    or "openblas" not in np.show_config("dicts")["Build Dependencies"]["blas"]["name"],
    reason="another BLAS chooses its kernels otherwise",
)
@pytest.mark.parametrize("kernel", ["Nehalem", "Sandybridge"])
def test_the_kernels_are_told_that_numpy_rounds_with(kernel):
    environment = os.environ | {"OPENBLAS_CORETYPE": kernel, "ATEN_CPU_CAPABILITY": "default"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["kernels"] == [f"openblas {kernel}", "torch DEFAULT"]
