"""Ways to spoil a file of tensors, and a training that was stopped."""

import io
import json
import random
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save

from deepgen.tensors import read_tensors, write_tensors

from .spoil import Spoil
from .stages import SAVE_ALWAYS, Stage

if TYPE_CHECKING:
    from .mutated_files import Scratch


def save_and_stop(scratch: "Scratch", training: Stage) -> Path:
    """A copy of the store of a training that was stopped when it had saved two states."""
    moved = scratch.moved(training)
    for share in (0.5, 0.3, 0.7, 0.2, 0.8) * 3:
        scratch.clear()
        signals = [[signal.SIGTERM, share * training.seconds]]
        scratch.run.run(moved.argv, signals=signals, patches=SAVE_ALWAYS)
        if len(list(scratch.store.rglob("state*.safetensors"))) == 2:
            break
    else:
        raise AssertionError("no training could be stopped with two states")
    kept = scratch.folder.with_name("states")
    shutil.rmtree(kept, ignore_errors=True)
    return Path(shutil.copytree(scratch.store, kept))


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + size]), content[8 + size :]


def _join(header: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def _header(change) -> Spoil:
    """A change of the header, with the numbers as they are."""

    def spoil(content: bytes, rng: random.Random) -> bytes:
        header, data = _split(content)
        change(header, rng.choice([name for name in header if name != "__metadata__"]), rng)
        return _join(header, data)

    return spoil


def _metadata(change) -> Spoil:
    def spoil(content: bytes, rng: random.Random) -> bytes:
        header, data = _split(content)
        metadata = json.loads(header["__metadata__"]["deepgen"])
        change(metadata, rng)
        header["__metadata__"]["deepgen"] = json.dumps(metadata)
        return _join(header, data)

    return spoil


def _lie(header, name, rng):
    start, stop = header[name]["data_offsets"]
    header[name]["data_offsets"] = rng.choice(
        [[start, stop + 4], [stop, start], [0, 2**62], [-1, 3]]
    )


def _swap(header, name, rng):
    others = [n for n in header if n != "__metadata__"]
    other = rng.choice([n for n in others if n != name] or others)
    a, b = header[name], header[other]
    a["data_offsets"], b["data_offsets"] = b["data_offsets"], a["data_offsets"]
    a["shape"], b["shape"] = b["shape"], a["shape"]


def _huge(header, name, rng):
    header[name]["shape"] = [2**40, 2**20]


def _dtype(header, name, rng):
    header[name]["dtype"] = rng.choice(["I32", "BF16", "U64", "X9"])


def _turn(header, name, rng):
    header[name]["shape"] = header[name]["shape"][::-1]


def _rename(header, name, rng):
    header["another"] = header.pop(name)


def _data(pattern: bytes) -> Spoil:
    def spoil(content: bytes, rng: random.Random) -> bytes:
        header, data = _split(content)
        at = 4 * rng.randrange(len(data) // 4)
        return _join(header, data[:at] + pattern + data[at + 4 :])

    return spoil


def _family(metadata, rng):
    name = rng.choice(["nice", "base", "../../x", "layers.dense", "os", ""])
    if "model" in metadata:
        metadata["model"]["family"] = name
    else:
        metadata["space"] = name


def _settings(metadata, rng):
    if "model" in metadata:
        metadata["model"]["noise"]["size"] = rng.choice([10**12, 99, -1, "x"])
    else:
        metadata["classes"] = rng.choice([10**12, 3, -1, "x"])


def _state(metadata, rng):
    key = rng.choice(["epoch", "update", "position", "key", "device", "history", "best", "digest"])
    metadata[key] = rng.choice([None, -1, 0, 10**9, "x", [], [{}], {}])


def _pickled(content: bytes, rng: random.Random) -> bytes:
    file = io.BytesIO()
    torch.save({"weight": torch.ones(3)}, file)
    return file.getvalue()


def _signed(change) -> Spoil:
    """A change of tensors or metadata, with the digest that belongs to it."""

    def spoil(content: bytes, rng: random.Random) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "spoilt"
            path.write_bytes(content)
            tensors, metadata = read_tensors(path)
            change(tensors, metadata, rng)
            write_tensors(path, tensors, metadata)
            return path.read_bytes()

    return spoil


def _types(tensors, metadata, rng):
    kind = rng.choice([torch.bool, torch.int8, torch.complex64, torch.float64])
    name = rng.choice(list(tensors))
    tensors[name] = tensors[name].to(kind)


def _not_finite(tensors, metadata, rng):
    name = rng.choice([name for name, tensor in tensors.items() if tensor.is_floating_point()])
    tensors[name] = tensors[name].clone()
    tensors[name].view(-1)[0] = rng.choice([torch.nan, torch.inf])


def _other_metadata(tensors, metadata, rng):
    wrong = [[1], "x", 3, {"a": [1]}]
    known = [key for key in ("code", "model", "shape", "space") if key in metadata]
    metadata[rng.choice(known)] = rng.choice(wrong)


FILE: dict[str, Spoil] = {
    "offsets that lie": _header(_lie),
    "two tensors swapped": _header(_swap),
    "a shape of 2**60 numbers": _header(_huge),
    "another type": _header(_dtype),
    "a shape turned": _header(_turn),
    "a tensor renamed": _header(_rename),
    "a header of 2**62 bytes": lambda content, rng: (2**62).to_bytes(8, "little") + content[8:],
    "a header that is no JSON": lambda content, rng: content[:8] + b"x" + content[9:],
    "no metadata": _header(lambda header, name, rng: header.pop("__metadata__")),
    "metadata that are a list": _header(
        lambda header, name, rng: header["__metadata__"].update(deepgen="[]")
    ),
    "metadata nested too deeply": _header(
        lambda header, name, rng: header["__metadata__"].update(deepgen="[" * 100_000)
    ),
    "a weight that is NaN": _data(b"\0\0\xc0\x7f"),
    "another weight": _data(b"\0\0\x80\x3f"),
    "torch's pickle": _pickled,
    "other tensors": lambda content, rng: save({"weight": torch.ones(3)}),
}
MODEL = FILE | {
    "another family": _metadata(_family),
    "other settings": _metadata(_settings),
    "weights of another type, signed": _signed(_types),
    "weights that are not finite, signed": _signed(_not_finite),
    "metadata of another kind, signed": _signed(_other_metadata),
}
STATE = FILE | {"other metadata": _metadata(_state), "more other metadata": _metadata(_state)}
