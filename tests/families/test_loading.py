"""Model files: exact round trips, and one clear sentence for every file that is not one."""

import json
import pickle
import struct

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from deepgen.errors import DeepgenError
from deepgen.families.loading import build_model, load_model, save_model
from deepgen.tensors import read_metadata, write_tensors

SHAPE = (2, 3, 1)
CODE = {"deepgen.families.gan.model": "0123456789ab"}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def settings(tiny_settings):
    model = tiny_settings["model"]
    model["noise"]["size"] = 3
    model["generator"][0]["units"] = 4
    return {name: tiny_settings[name] for name in ("model", "model_space", "score_space")}


@pytest.fixture
def model(settings):
    model = build_model(settings, SHAPE)
    model.initialise(torch.rand(10, 6, generator=rng()), rng())
    return model


@pytest.fixture
def path(tmp_path, model, settings):
    path = tmp_path / "folder" / "selected.safetensors"
    save_model(path, model, settings, SHAPE, CODE)
    return path


def refusal(path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(DeepgenError) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(path) in sentence
    return sentence


def header(path) -> dict:
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])


def test_a_model_file_gives_the_same_model_without_a_configuration(path, model, settings):
    loaded, metadata = load_model(path)
    saved = model.state_dict()
    assert loaded.state_dict().keys() == saved.keys()
    assert all(torch.equal(loaded.state_dict()[name], saved[name]) for name in saved)
    assert torch.equal(loaded.sample(5, rng(1)), model.sample(5, rng(1)))
    assert loaded.model_space.settings == {"name": "pixels"}
    assert metadata == settings | {"shape": [2, 3, 1], "code": CODE}
    assert not loaded.training
    assert not any(p.requires_grad for p in loaded.parameters())


def test_equal_models_are_equal_bytes_and_leave_no_litter(path, model, settings, tmp_path):
    again = tmp_path / "again.safetensors"
    save_model(again, model, dict(reversed(settings.items())), list(SHAPE), CODE)
    assert again.read_bytes() == path.read_bytes()
    loaded, metadata = load_model(path)
    save_model(again, loaded, metadata, metadata["shape"], metadata["code"])
    assert again.read_bytes() == path.read_bytes()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_metadata_is_one_key_of_canonical_json(path):
    metadata = header(path)["__metadata__"]
    assert list(metadata) == ["deepgen"]
    value = json.loads(metadata["deepgen"])
    assert metadata["deepgen"] == json.dumps(value, sort_keys=True, separators=(",", ":"))
    with safe_open(path, framework="np") as file:  # what other programs see
        assert sum(file.get_tensor(k).size for k in file.keys())  # noqa: SIM118 == 3 * 4 + 4 + 4 * 6 + 6


def test_a_missing_file_is_named(tmp_path):
    assert "missing" in refusal(tmp_path / "absent.safetensors")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refusal(path)


def test_a_flipped_bit_in_the_header_never_gives_a_traceback_or_other_weights(path, model):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    refused = []
    for position in range(8 + length):
        damaged = bytearray(content)
        damaged[position] ^= 1 << (position % 7)
        path.write_bytes(damaged)
        try:
            loaded, _ = load_model(path)
        except DeepgenError as error:
            refused.append(str(error))
        else:  # a bit of the code's fingerprint, say
            assert all(
                torch.equal(p, q)
                for p, q in zip(loaded.parameters(), model.parameters(), strict=True)
            )
    assert len(refused) > 0.6 * length
    assert all(str(path) in sentence and "\n" not in sentence for sentence in refused)


@pytest.mark.parametrize("noise", [{"distribution": "uniforl"}, {}])
def test_a_noise_that_the_family_does_not_know_is_refused(path, settings, model, noise):
    settings["model"]["noise"] = {"size": 3} | noise
    save_model(path, model, settings, SHAPE, CODE)
    refusal(path)


def test_a_safetensors_file_of_another_program_is_refused(tmp_path, model):
    path = tmp_path / "foreign.safetensors"
    save_file(model.state_dict(), path)
    refusal(path)
    save_file(model.state_dict(), path, metadata={"format": "pt"})
    refusal(path)
    save_file(model.state_dict(), path, metadata={"deepgen": '"a text"'})
    refusal(path)


def test_a_pickle_is_refused_and_not_executed(tmp_path, model):
    class Trap:
        def __reduce__(self):
            return exec, (f"open({str(tmp_path / 'executed')!r}, 'w')",)

    path = tmp_path / "model.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    refusal(path)
    torch.save(model.state_dict(), path)
    refusal(path)
    assert not (tmp_path / "executed").exists()


def test_tensors_of_another_shape_name_or_family_are_refused(path, settings, model):
    def write(tensors, **other):
        metadata = settings | {"shape": list(SHAPE), "code": CODE} | other
        write_tensors(path, tensors, metadata)

    state = model.state_dict()
    wider = state | {"layers.0.weight": torch.zeros(3, 5)}
    fewer = {k: v for k, v in state.items() if k != "layers.1.bias"}
    write(wider)
    refusal(path)
    write(fewer)
    refusal(path)
    write(state | {"layers.2.bias": torch.zeros(1)})
    refusal(path)
    write(state, shape=[28, 28, 1])
    refusal(path)
    write(state, model=settings["model"] | {"family": "no_such_family"})
    assert "no_such_family" in refusal(path)
    for space in ("model_space", "score_space"):
        write(state, **{space: {"name": "no_such_space"}})
        assert "no_such_space" in refusal(path)
    write(state)
    load_model(path)


def test_metadata_is_read_without_the_tensors(path):
    assert read_metadata(path)["shape"] == list(SHAPE)


def test_strided_and_float64_tensors_survive(tmp_path):
    path = tmp_path / "tensors.safetensors"
    tensors = {"a": torch.arange(6.0).reshape(2, 3).T, "b": torch.tensor([1 / 3]).double()}
    write_tensors(path, tensors, {})
    with safe_open(path, framework="np") as file:
        assert np.array_equal(file.get_tensor("a"), [[0, 3], [1, 4], [2, 5]])
        assert file.get_tensor("b").dtype == np.float64
