"""Names in a configuration run nothing and lead nowhere: hostile ones, given to Snakemake."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from deepgen.config import load_config
from deepgen.data.sources import BadSource, as_local_file
from deepgen.errors import DeepgenError
from tests.workflow.project import EXPERIMENT, TINY, Project

CANARY = "pwned"
HOSTILE = [
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"a; touch {CANARY} #",
    f"'; touch {CANARY}; '",
    f'" && touch {CANARY} "',
    f"| touch {CANARY}",
    f"../../{CANARY}",
    "-n",
    "{run}",
]
NAMES = ["run", "experiments", "overrides", "figures", "seeds", "dataset", "init_from"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project that nothing has been built in yet."""
    return Project(tmp_path_factory.mktemp("work"))


def snakemake(project, *arguments, file="tiny"):
    command = ["snakemake", *arguments, "--cores", "2", "--configfile", f"config/{file}.yaml"]
    return subprocess.run(
        command, cwd=project.root, env=project.environment, capture_output=True, text=True
    )


def configure(project, run, experiment):
    project.write_yaml("config/tiny.yaml", TINY | run)
    project.write_yaml("config/experiments/digits.yaml", EXPERIMENT | experiment)


def written(project):
    return {path for path in project.root.rglob("*") if CANARY in path.name}


@pytest.mark.parametrize("key", NAMES)
def test_hostile_names_are_refused_before_anything_starts(project, key):
    for name in HOSTILE:
        values = {
            "experiments": [name],
            "overrides": {name: {}},
            "figures": [name],
            "seeds": [name],
        }
        changed = {key: values.get(key, name)}
        of_run = key in ("run", "experiments", "overrides")
        configure(project, changed if of_run else {}, {} if of_run else changed)
        with pytest.raises(DeepgenError):
            load_config(project.root / "config/tiny.yaml", project.root / "config")
    ended = snakemake(project) if key in ("run", "figures") else None  # the last as users meet it
    if ended:
        assert ended.returncode == 1
        assert len([li for li in ended.stderr.splitlines() if li.startswith("deepgen: ")]) == 1
        assert "Traceback" not in ended.stderr
    assert written(project) == set()


def test_free_text_is_only_text(project):
    """Title, store and mirror may be any text, which is no command, no HTML and no LaTeX."""
    store = f"stores/$(touch {CANARY}); `touch {CANARY}` 'x' \"y\""
    title = " ".join([*HOSTILE[:-1], "<script>alert(1)</script> \\input /etc/passwd"])
    mirror = {"mirror": f"$(touch {CANARY})/../; touch {CANARY}"}
    few = {"scores": ["parzen"], "figures": ["training_curves"]}
    configure(project, {"store_dir": store, "data": mirror}, few | {"title": title})
    targets = ["results/tiny/report/digits.html", "results/tiny/report/tables/parzen.csv"]

    ended = snakemake(project, *targets)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {p for p in written(project) if "stores" not in p.parts} == set()
    assert (project.root / store / "train").is_dir()
    page, table = (project.root / target for target in targets)
    assert "<script>alert(1)" not in page.read_text()
    assert " <script>" not in table.with_suffix(".md").read_text()  # a backslash is before it
    assert "\\input" not in table.with_suffix(".tex").read_text()


@pytest.mark.parametrize("text", ["{run}", "two\nlines", "x\0", "", "\u202e", "x" * 1001])
def test_free_text_that_snakemake_or_a_file_system_would_stumble_over_is_refused(project, text):
    for run, experiment in [
        ({"store_dir": text}, {}),
        ({"data": {"mirror": text}}, {}),
        ({"data": {"tfd": {"file": text}}}, {}),
        ({}, {"title": text}),
    ]:
        configure(project, run, experiment)
        with pytest.raises(DeepgenError):
            load_config(project.root / "config/tiny.yaml", project.root / "config")


def test_a_run_file_cannot_name_python(project):
    configure(project, {}, {})
    tag = f"x: !!python/object/apply:os.system ['touch {CANARY}']\n"
    (project.root / "config/tag.yaml").write_text(yaml.safe_dump(TINY) + tag)
    assert snakemake(project, "-n", file="tag").returncode == 1
    assert {p for p in written(project) if "stores" not in p.parts} == set()


@pytest.fixture
def redirecting(monkeypatch):
    """A function that gives the address of a server which sends all to another place."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    servers = []

    def serve(place):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(302)
                self.send_header("Location", place)
                self.end_headers()

            def log_message(self, *args):
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(http)
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{http.server_port}/file"

    yield serve
    for http in servers:
        http.shutdown()
        http.server_close()


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1:9/x", "data:,x"])
def test_a_server_cannot_send_fetch_to_another_kind_of_address(tmp_path, redirecting, place):
    target = tmp_path / "raw" / "file"
    with pytest.raises(BadSource), as_local_file(redirecting(place), target):
        pytest.fail("a redirect to another kind of address was followed")
    assert list(target.parent.iterdir()) == []
