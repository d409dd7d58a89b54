"""Places in a run: written and read back."""

import pytest

from deepgen.places import Place

PLACES = {
    "mnist/seed-1": Place("mnist", 1),
    "mnist/seed-12/last": Place("mnist", 12, "last"),
    "cifar10-fc/references/training-images": Place("cifar10-fc", reference="training-images"),
}


@pytest.mark.parametrize("path", PLACES)
def test_a_place_is_its_path(path):
    assert str(PLACES[path]) == path
    assert Place.parse(path) == (PLACES[path], "")
    assert Place.parse(f"{path}/fold-1/sigma.json") == (PLACES[path], "fold-1/sigma.json")
    assert PLACES[path].source == path.partition("/")[2]


@pytest.mark.parametrize("path", ["", "mnist", "mnist/seed-x", "report/tables/parzen.csv", "../a"])
def test_other_files_are_in_no_place(path):
    assert Place.parse(path) is None
