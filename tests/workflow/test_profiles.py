"""The profiles without their clusters; `test_slurm.py` runs the two for SLURM on a real one."""

import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import yaml

from deepgen.engine.stages import STAGES
from deepgen.files import sha256
from deepgen.papers import PAPERS

from .project import ROOT, Project

PROFILES = ["gpu", "kubernetes", "slurm", "slurm-generic"]
MODEL = "results/tiny/digits/seed-1/selected.safetensors"


@pytest.mark.parametrize("name", ["gpu", "slurm", "slurm-generic"])
def test_a_finished_run_is_finished_under_every_profile(project, name):
    assert project.planned("--profile", f"profiles/{name}") == {}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_gives_a_gpu_to_every_stage_that_may_use_one(name):
    profile = yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
    mentioned = {*profile["set-resources"], *profile.get("preemptible-rules", [])}
    on_gpu = {rule for stage in STAGES.values() if stage.device for rule in stage.rules}
    own = {rule for rule in on_gpu if rule.startswith(tuple(f"study_{p}_" for p in PAPERS))}
    assert mentioned == on_gpu - own  # whose networks are small


def test_the_time_of_a_job_limits_its_training_and_reruns_nothing(project):
    limited = "--set-resources", "train:runtime=60"
    assert project.planned(*limited) == {}
    assert "--stop-after" not in project.snakemake("-n", "-p", "--forcerun", "train")
    said = project.snakemake("-n", "-p", "--forcerun", "train", *limited)
    (seconds,) = set(re.findall(r"--stop-after=(\d+)", said))
    assert 3600 - 300 < int(seconds) < 3600 - 60


@pytest.mark.parametrize(
    ("exit_code", "answer", "word"),
    [
        (0, "JobId=7 JobName=train JobState=COMPLETED Reason=None", "success"),
        (0, "JobId=7 JobName=train JobState=RUNNING Reason=None", "running"),
        (0, "JobId=7 JobName=train JobState=PENDING Reason=BeginTime Requeue=1", "running"),
        (0, "JobId=7 JobName=train JobState=COMPLETING Reason=None", "running"),
        (0, "JobId=7 JobName=train JobState=TIMEOUT Reason=TimeLimit", "failed"),
        (0, "JobId=7 JobName=train JobState=CANCELLED Reason=None", "failed"),
        (1, "slurm_load_jobs error: Invalid job id specified", "failed"),
        (1, "slurm_load_jobs error: Unable to contact slurm controller", "running"),
    ],
)
def test_what_slurm_says_of_a_job_in_the_words_of_snakemake(tmp_path, exit_code, answer, word):
    scontrol = tmp_path / "scontrol"
    scontrol.write_text(f"#!/bin/sh\necho '{answer}'\nexit {exit_code}\n")
    scontrol.chmod(0o755)
    script = ROOT / "profiles/slurm-generic/status.sh"
    said = subprocess.run(
        ["sh", script, "7"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True
    )
    assert said.stdout.decode().strip() == word


class Kubernetes(http.server.ThreadingHTTPServer):
    """Stands for a cluster: what a pod's container would do is done here, in an empty folder."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.environment = folder, environment
        self.pods: dict[str, dict] = {}  # name of the job: specification of its pod
        self.exit_codes: dict[str, int] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()
        config = {
            "current-context": "made",
            "contexts": [{"name": "made", "context": {"cluster": "made", "user": "made"}}],
            "clusters": [
                {"name": "made", "cluster": {"server": f"http://127.0.0.1:{self.server_port}"}}
            ],
            "users": [{"name": "made", "user": {}}],
        }
        (folder / "kubeconfig").write_text(yaml.safe_dump(config))

    def run_pod(self, name: str, pod: dict) -> None:
        self.pods[name] = pod
        (container,) = pod["containers"]
        (self.folder / name).mkdir()
        result = subprocess.run(
            [*container["command"], *container["args"]],
            cwd=self.folder / name,
            env=self.environment | {"WORKDIR": str(self.folder / name)},
            capture_output=True,
        )
        self.exit_codes[name] = result.returncode


class Handler(http.server.BaseHTTPRequestHandler):
    """The few requests of the executor plugin."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/jobs"):
            run = self.server.run_pod
            arguments = body["metadata"]["name"], body["spec"]["template"]["spec"]
            threading.Thread(target=run, args=arguments, daemon=True).start()
        self._answer(body)

    def do_GET(self):
        if self.path.partition("?")[0].endswith("/pods"):
            self._answer({"items": []})
            return
        code = self.server.exit_codes.get(self.path.split("/")[-2])
        self._answer({"status": {"succeeded": int(code == 0), "failed": int(bool(code))}})

    def do_DELETE(self):
        self._answer({})

    def _answer(self, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.mark.skipif(not shutil.which("rsync"), reason="the storage plugin fs needs rsync")
def test_kubernetes_jobs_work_in_the_checkout_on_the_volume(project, tmp_path, monkeypatch):
    other = tmp_path / "checkout"  # no space: Snakemake cannot deploy its sources there then
    other.mkdir()
    other = Project(other)
    server = Kubernetes(tmp_path, other.environment)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    arguments = ["--profile", "profiles/kubernetes", "--seconds-between-status-checks", "1"]
    arguments += ["--precommand", f"pip() {{ :; }} && cd '{other.root}'"]
    arguments += ["--default-storage-prefix", str(other.root)]
    arguments += ["--remote-job-local-storage-prefix", "$WORKDIR"]
    other.snakemake(MODEL, *arguments)
    assert sha256(other.root / MODEL) == sha256(project.root / MODEL)

    assert set(server.exit_codes.values()) == {0}
    training = [p for p in server.pods.values() if "--allowed-rules train" in str(p)]
    (container,) = training[0]["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert {"name": "deepgen", "mountPath": "/shared"} in container["volumeMounts"]
    server.shutdown()
