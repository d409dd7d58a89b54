"""A few of the surroundings of the campaign."""

import os
import time

import pytest

from deepgen.files import sha256

from .conftest import holds
from .stages import finished_run
from .surroundings import STEPS, YEARS, locales, places, read_only_data, set_time, two_users

PREPARED = "data/prepared/digits/meta.json"
SAMPLES = "results/tiny/digits/seed-1/last/samples.npy"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")


@as_root
def test_two_users_share_a_folder_and_a_third_is_refused(folder):
    holds(two_users(3, 1, folder), 6)


@as_root
def test_data_that_cannot_be_written_is_enough_to_work(folder):
    holds(read_only_data(3, 1, folder))


def test_a_locale_that_knows_ascii_only_gives_the_same_bits(folder):
    holds(locales(3, 1, folder), 3)


def test_a_path_with_other_scripts_gives_the_same_bits(folder):
    holds(places(1, 1, folder, PREPARED), 2)


def test_a_plan_is_right_after_the_clock_was_changed(folder):
    run = finished_run(folder)
    samples = run.root / SAMPLES
    trained = samples.parents[1]
    for age, step in enumerate(reversed(STEPS), 1):
        for path in run.root.glob(step):
            set_time(path, -1000 * age)
    set_time(trained / "previews.npy", YEARS)
    assert run.project.planned(SAMPLES) == {}
    assert (trained / "previews.npy").stat().st_mtime <= time.time()

    # Newer than the model, but of another one
    record = samples.with_name("sample.prov.json")
    model = sha256(trained / "last.safetensors")
    record.write_text(record.read_text().replace(model, "0" * 64))
    set_time(record, -1000)
    try:
        assert run.project.planned(SAMPLES) == {"sample": 1}
    finally:
        run.put_back_times()
