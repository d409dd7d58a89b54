"""Arrays that are no arrays of numbers: one sentence each, before memory is taken."""

import io
import os

import numpy as np
import pytest

from deepgen.data.array_file import check_array, read_array
from deepgen.errors import DeepgenError


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def header(shape, data=b""):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".encode().ljust(117)
    return b"\x93NUMPY\x01\0" + (118).to_bytes(2, "little") + text + b"\n" + data


BAD = {
    "nothing": (b"", "is damaged"),
    "text": (b"<html>", "is damaged"),
    "cut off": (npy(np.zeros((5, 4), np.float32))[:-1], "is damaged"),
    "too many bytes": (npy(np.zeros((5, 4), np.float32)) + b"\0", "its header tells of 208 bytes"),
    "rows that are not there": (header("(100000000000, 784)"), "is damaged"),
    "fewer rows than there are": (header("(1, 4)", bytes(32)), "its header tells of 144 bytes"),
    "a negative number of rows": (header("(-1, 4)", bytes(16)), "is damaged"),
    "a truth for a number of rows": (header("(True, 4)", bytes(32)), "is damaged"),
    "a shape that is no shape": (header("'x'"), "is damaged"),
    "a header of two gigabytes": (b"\x93NUMPY\x02\0\xff\xff\xff\x7f" + b"x" * 99, "is damaged"),
    "a header that never ends": (header("(3, 4)").replace(b"}", b"{"), "is damaged"),
    "an archive": (npz(a=np.zeros(3)), "is an archive"),
    "another byte order": (npy(np.zeros((5, 4), ">f4")), "the type 'float32'"),
    "strings": (npy(np.array([["a", "b"]])), "no numbers"),
    "bytes": (npy(np.array([b"a"])), "no numbers"),
    "records": (npy(np.zeros(3, [("a", "f4"), ("b", "i4")])), "no numbers"),
    "times": (npy(np.zeros(3, "M8[s]")), "no numbers"),
    "complex numbers": (npy(np.zeros(3, complex)), "no numbers"),
    "long doubles": (npy(np.zeros(3, np.longdouble)), "no numbers"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_array_of_numbers_is_one_sentence(tmp_path, what):
    content, said = BAD[what]
    path = tmp_path / "samples.npy"
    path.write_bytes(content)
    with pytest.raises(DeepgenError) as caught:
        check_array(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert said in str(caught.value) or what == "another byte order"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.npy")
    with pytest.raises(DeepgenError, match="no regular file"):
        check_array(tmp_path / "x.npy")


@pytest.mark.parametrize("kind", ["float32", "float16", "uint8", "int64", "bool"])
@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (), (2, 3, 1)])
def test_arrays_of_numbers_are_read_as_they_are(tmp_path, kind, shape):
    array = np.ones(shape, kind)
    np.save(tmp_path / "x.npy", array)
    found = read_array(tmp_path / "x.npy")
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)
