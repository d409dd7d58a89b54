"""Temporary files of processes that are gone."""

import os

from deepgen.files import sweep, temporary_prefix, write_text


def test_only_what_dead_processes_of_this_machine_left_is_swept(tmp_path):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    dead = temporary_prefix("samples.npy").replace(f"-{os.getpid()}-", f"-{pid}-")
    (tmp_path / f"{dead}aa").write_text("part")
    (tmp_path / f"{dead}folder").mkdir()
    kept = {f"{temporary_prefix('samples.npy')}aa", ".samples.npy-another.host-1-aa", "samples.npy"}
    for name in kept:
        (tmp_path / name).write_text("other")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_sweeping_a_folder_that_is_missing_does_nothing(tmp_path):
    sweep(tmp_path / "missing")
    write_text(tmp_path / "missing" / "a.txt", "made")
    assert [path.name for path in (tmp_path / "missing").iterdir()] == ["a.txt"]
